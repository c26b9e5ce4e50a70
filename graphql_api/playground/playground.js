// GraphiQL with a visit to book in its tabs.
import "graphiql/style.css";
import "./playground.css";
import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import lookAround from "./1-look-around.graphql";
import openSlots from "./2-open-slots.graphql";
import hold from "./3-hold.graphql";
import book from "./4-book.graphql";
import change from "./5-change.graphql";
import listenToIt from "./6-listen.graphql";
import { ask, listen } from "./send.js";

const page = document.querySelector("#playground");
const DAY = 24 * 60 * 60 * 1000;

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    const name = { json: "json", graphql: "graphql" }[label] ?? "editor";
    return new Worker(new URL(`${name}.worker.js`, import.meta.url), { type: "module" });
  },
};

/** The secrets that answers told, so that what one tab began, the next can go on with. */
const told = { holdToken: "", manageToken: "" };

/** Sends what is in a tab, with the last secret where its variable is empty. */
function run({ query, operationName, variables }, options) {
  // GraphiQL knows a tab's operations only some moments after the tab was opened.
  const name = query.includes(` ${operationName}`) ? operationName : undefined;
  const operation = { query, operationName: name, variables: filledIn(variables) };
  const isSubscription = new RegExp(`^\\s*subscription\\b${name ? ` ${name}\\b` : ""}`, "m").test(query);
  return isSubscription ? listen(operation, options) : askAndRemember(operation, options);
}

async function askAndRemember(operation, options) {
  const answer = await ask(operation, options);
  for (const payload of Object.values(answer.data ?? {})) {
    for (const secret of Object.keys(told)) told[secret] = payload?.[secret] ?? told[secret];
  }
  return answer;
}

function filledIn(variables = {}) {
  const fill = ([name, value]) => [name, name === "input" ? filledIn(value) : value || (told[name] ?? value)];
  return Object.fromEntries(Object.entries(variables).map(fill));
}

const ABOUT = "{ services(first: 1) { edges { node { id screeningQuestions { id } } } } }";
const TIMES = "query ($filter: OpenSlotFilter!) { openSlots(filter: $filter, first: 2) { edges { node { startsAt } } } }";

/** The clinic's first service and two open times for it, so that the examples run as they are. */
async function whatIsThere() {
  const about = await ask({ query: ABOUT });
  const service = about.data?.services?.edges[0]?.node ?? { id: "", screeningQuestions: [] };
  const day = (days) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
  // Not the very next days: what is booked there could not be changed any more.
  const filter = { serviceId: service.id, from: day(3), to: day(16), distinctTimes: true };
  const times = await ask({ query: TIMES, variables: { filter } });
  const [first = "", other = first] = times.data?.openSlots?.edges.map(({ node }) => node.startsAt) ?? [];
  return { service, filter, first, other };
}

function tabs({ service, filter, first, other }) {
  const patient = { name: "Sample Patient", email: "sample.patient@example.com", phone: "416 555 0100" };
  const screening = service.screeningQuestions.map(({ id }) => ({ questionId: id, answer: "NO" }));
  return [
    { query: lookAround },
    { query: openSlots, variables: { filter, serviceId: service.id } },
    { query: hold, variables: { input: { serviceId: service.id, startsAt: first } } },
    { query: book, variables: { input: { holdToken: "", patient, screening } } },
    { query: change, variables: { manageToken: "", startsAt: other } },
    { query: listenToIt, variables: { filter: { ...filter, distinctTimes: false } } },
  ].map(({ query, variables }) => ({ query, variables: variables && JSON.stringify(variables, null, 2) }));
}

const examples = tabs(await whatIsThere());
createRoot(page).render(
  createElement(GraphiQL, { fetcher: run, defaultTabs: examples, defaultEditorToolsVisibility: "variables" }),
);
