// Holds a contract against the released one: compare.mjs RELEASED NEW [DAY OF THE NEXT RELEASE]
// Prints a line for each change that matters; ends with 1 when a client that works today could break.
import { readFileSync } from 'node:fs';
import { CriticalityLevel, DiffRule, diff } from '@graphql-inspector/core';
import { buildASTSchema, parse, visit } from 'graphql';

const MONTHS_OF_NOTICE = 6;
const RELEASED_ON = /^# .* released on (\d{4}-\d\d-\d\d)/;
const REMOVED_AFTER = /\bRemoved after (\d{4}-\d\d-\d\d)\.$/;

const [before, now, releasing] = process.argv.slice(2);
const text = readFileSync(before, 'utf8');
const released = parse(text);
const wanted = parse(readFileSync(now, 'utf8'));
const releasedOn = RELEASED_ON.exec(text)?.[1];
const today = new Date().toISOString().slice(0, 10);

/** Whatever is deprecated, by its path in the schema, with the last day on which it is there (empty if not said). */
const deprecations = (document) => {
  const found = new Map();
  const path = [];
  const enter = (node) => {
    path.push(node.name?.value ?? '');
    const mark = node.directives?.find((directive) => directive.name.value === 'deprecated');
    if (mark) found.set(path.filter(Boolean).join('.'), lastDay(mark));
  };
  visit(document, { enter, leave: () => void path.pop() });
  return found;
};

const lastDay = (mark) => REMOVED_AFTER.exec(mark.arguments?.[0]?.value.value ?? '')?.[1] ?? '';

/** What was deprecated and has had its last day may go: it is no part of the promise any more. */
const withoutWhatIsDue = (document) =>
  visit(document, {
    leave: (node) => {
      const mark = node.directives?.find((directive) => directive.name.value === 'deprecated');
      if (mark && lastDay(mark) && lastDay(mark) < today) return null;
      return node.kind.endsWith('TypeDefinition') && (node.fields ?? node.values)?.length === 0 ? null : undefined;
    },
  });

const noticeFrom = (day) => {
  const last = new Date(day);
  last.setUTCMonth(last.getUTCMonth() + MONTHS_OF_NOTICE);
  return last.toISOString().slice(0, 10);
};

/** Why the notice of a removal is no good. Who has been told a day keeps it. */
const mistakeIn = (path, day) => {
  const told = releasedOn && deprecations(released).get(path);
  if (!day) return 'its reason must end in "Removed after 2031-01-31.", with a day of yours';
  if (told && day < told) return `it was promised until ${told}`;
  const first = releasing ?? releasedOn;
  if (!told && first && day < noticeFrom(first)) return `it must stay until ${noticeFrom(first)} at least`;
  return null;
};

const changes = await diff(buildASTSchema(withoutWhatIsDue(released)), buildASTSchema(wanted), [DiffRule.safeUnreachable]);
const withLevel = (level) => changes.filter(({ criticality }) => criticality.level === level);
const breaking = withLevel(CriticalityLevel.Breaking).map(({ message }) => `breaking: ${message}`);
const dangerous = withLevel(CriticalityLevel.Dangerous).map(({ message }) => `dangerous: ${message}`);
const hasty = [...deprecations(wanted)]
  .map(([path, day]) => [path, mistakeIn(path, day)])
  .filter(([, mistake]) => mistake)
  .map(([path, mistake]) => `deprecated too hastily: ${path}, ${mistake}`);

for (const line of [...dangerous, ...breaking, ...hasty]) console.log(line);
process.exitCode = breaking.length + hasty.length ? 1 : 0;
