// What schema.graphql is held to: `make schema-check`.
import { readFileSync } from 'node:fs';
import graphqlEslint from '@graphql-eslint/eslint-plugin';
import { buildSchema } from 'graphql';

const CONTRACT = 'schema.graphql';
const schema = buildSchema(readFileSync(CONTRACT, 'utf8'));
const problems = schema.getPossibleTypes(schema.getType('Problem')).map(({ name }) => name);
const { configs, parser } = graphqlEslint;

export default [
  {
    files: [CONTRACT],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: CONTRACT } } },
    plugins: { '@graphql-eslint': graphqlEslint },
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,

      // Only what can be asked for again has an id. These are values and answers: parts of what was asked for.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            suffixes: ['Connection', 'Edge', 'Payload'],
            types: [
              ...['AvailabilityDay', 'AvailableTime', 'BookingPolicy', 'CourseMoveSuggestion', 'Eligibility', 'FrequentQuestion', 'Image', 'Money', 'OfferRange'],
              ...['Challenge', 'OpeningHours', 'PageInfo', 'Patient', 'RateLimit', 'Viewer', 'WebhookAttempt'],
              ...['BlockedInterval', 'HeldInterval', 'NextOpenSlot', 'OpenInterval', 'Person', 'ServiceOffer', 'WaitingListPolicy'],
              ...problems,
            ],
          },
        },
      ],
      // What a clinic has few of, its places, a course's visits, problems, comes whole, without pages.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
      // Lists are asked for forwards: time runs that way, and a second way to page is a second thing to get wrong.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
  },
];
