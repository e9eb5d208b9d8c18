// Makes typed documents of our own operations. Integrators do the same with theirs; see the README.
import type { CodegenConfig } from '@graphql-codegen/cli';

const typedDocuments = {
  plugins: ['typescript-operations', 'typed-document-node'],
  config: {
    documentMode: 'string',
    enumsAsTypes: true,
    useTypeImports: true,
    strictScalars: true,
    scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown', Offset: 'number' },
  },
};

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'src/client/operations.ts': { ...typedDocuments, documents: 'src/client/*.graphql' },
    'src/web/api/operations.ts': { ...typedDocuments, documents: 'src/web/api/*.graphql' },
    'src/web/widget/operations.ts': { ...typedDocuments, documents: 'src/web/widget/*.graphql' },
  },
};

export default config;
