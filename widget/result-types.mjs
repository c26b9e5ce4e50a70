/**
 * @file Prints the TypeScript types of what the operations in `queries/` answer, by `schema.graphql`.
 *
 * A fragment becomes a type of the same name, an operation one whose name ends in `Result`. `make contract` writes
 * them to `api/results.d.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isEnumType, isLeafType, isListType, isNonNullType, isTypeSubTypeOf, parse, typeFromAST, validate } from 'graphql';

const BUILT_IN_SCALARS = { Boolean: 'boolean', Float: 'number', ID: 'string', Int: 'number', String: 'string' };

const queries = join(import.meta.dirname, 'queries');
/** @param {string} path */
const read = (path) => readFileSync(path, 'utf8');

const schema = buildSchema(read(join(import.meta.dirname, '../schema.graphql')));
const document = parse(readdirSync(queries).filter((file) => file.endsWith('.graphql')).sort().map((file) => read(join(queries, file))).join('\n'));
const errors = validate(schema, document);
if (errors.length) throw new Error(errors.join('\n\n'));

const { FragmentDefinition: fragments, OperationDefinition: operations } = Object.groupBy(document.definitions, ({ kind }) => kind);
/** By name, the enums and custom scalars of the answers; JSON carries both as strings. */
const leafTypes = new Map();

const printLeaf = (type) => {
  if (BUILT_IN_SCALARS[type.name]) return BUILT_IN_SCALARS[type.name];
  leafTypes.set(type.name, isEnumType(type) ? type.getValues().map(({ name }) => `'${name}'`).join(' | ') : 'string');
  return type.name;
};

const printNonNull = (type, selectionSet, indent) => {
  if (isListType(type)) return `Array<${printType(type.ofType, selectionSet, indent)}>`;
  return isLeafType(type) ? printLeaf(type) : printSelections(type, selectionSet, indent);
};

const printType = (type, selectionSet, indent) =>
  isNonNullType(type) ? printNonNull(type.ofType, selectionSet, indent) : `${printNonNull(type, selectionSet, indent)} | null`;

/** The fields as an object type, and the fragments as types that it extends. What only some objects have is optional. */
const printSelections = (parent, selectionSet, indent) => {
  // A set: inline fragments on several types may select the same field.
  const members = new Set();
  const named = [];
  const collect = ({ selections }, on, isOptional) => {
    for (const { kind, alias, name, typeCondition, selectionSet: inner } of selections) {
      if (kind === 'Field') {
        const value = printType(schema.getField(on, name.value).type, inner, `${indent}  `);
        members.add(`${indent}  ${(alias ?? name).value}${isOptional ? '?' : ''}: ${value};\n`);
      } else if (kind === 'InlineFragment') {
        const type = typeCondition ? typeFromAST(schema, typeCondition) : on;
        collect(inner, type, isOptional || !isTypeSubTypeOf(schema, on, type));
      } else {
        const fragment = fragments.find((definition) => definition.name.value === name.value);
        const isAlways = !isOptional && isTypeSubTypeOf(schema, on, typeFromAST(schema, fragment.typeCondition));
        named.push(isAlways ? name.value : `Partial<${name.value}>`);
      }
    }
  };
  collect(selectionSet, parent, false);
  return [...named, ...(members.size ? [`{\n${[...members].join('')}${indent}}`] : [])].join(' & ');
};

const objectTypes = [
  ...fragments.map(({ name, typeCondition, selectionSet }) => [name.value, typeFromAST(schema, typeCondition), selectionSet]),
  ...operations.map(({ name, operation, selectionSet }) => [`${name.value}Result`, schema.getRootType(operation), selectionSet]),
].map(([name, type, selectionSet]) => [name, printSelections(type, selectionSet, '')]);

console.log('// Generated from schema.graphql and widget/queries/ by `make contract`. Edit those instead.');
for (const [name, type] of [...[...leafTypes].sort(), ...objectTypes]) console.log(`\nexport type ${name} = ${type};`);
