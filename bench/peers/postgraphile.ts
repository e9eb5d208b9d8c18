// PostGraphile 5 in its recommended preset, in production mode. Its statements are prepared by default.
import { createServer } from 'node:http';
import { makeJSONPgSmartTagsPlugin } from 'graphile-utils';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

// PostGraphile derives relations from foreign keys. The tables have none, so smart tags declare them.
const relations = makeJSONPgSmartTagsPlugin({
  version: 1,
  config: {
    class: {
      message: {
        tags: { foreignKey: '(conversation_id) references conversation (id)|@foreignFieldName messages' },
      },
      feedback: { tags: { foreignKey: '(message_id) references message (id)|@foreignFieldName feedback' } },
    },
  },
});

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [relations],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      poolConfig: { max: Number(process.env.POOL_SIZE) },
      schemas: ['public'],
      pubsub: false,
    }),
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false },
});

const server = createServer();
await instance.createServ(grafserv).addTo(server);
await instance.getSchema();
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.once('disconnect', () => process.exit(0));
