// What a message, as it stood, tells of its generation.
import { MessageSnapshot } from '../conversation/snapshot-graphql.ts';
import { builder } from '../graphql/builder.ts';
import { MessageParameters, Timings, Usage } from './graphql.ts';

builder.objectFields(MessageSnapshot, (t) => ({
  reasoning: t.exposeString('reasoning', {
    nullable: true,
    description: 'What the model thought, apart from its text; null where it did not tell, or had not ended.',
  }),
  parameters: t.expose('parameters', {
    type: MessageParameters,
    nullable: true,
    description: 'What the reply was asked for with; null where it was not produced here.',
  }),
  finishReason: t.exposeString('finishReason', {
    nullable: true,
    description: 'Why the model ended, in its own words; null where it did not say, or had not ended.',
  }),
  usage: t.expose('usage', {
    type: Usage,
    nullable: true,
    description: 'Tokens; null where the model did not count them, or had not ended.',
  }),
  timings: t.expose('timings', {
    type: Timings,
    nullable: true,
    description: 'How long it took; null where it was not produced here, or had not ended.',
  }),
}));
