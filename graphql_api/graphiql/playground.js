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

const page = document.querySelector("#playground");
const { endpoint } = page.dataset;
const DAY = 24 * 60 * 60 * 1000;

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    const name = { json: "json", graphql: "graphql" }[label] ?? "editor";
    return new Worker(new URL(`${name}.worker.js`, import.meta.url), { type: "module" });
  },
};

async function ask(operation, { headers = {} } = {}) {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { accept: "application/graphql-response+json", "content-type": "application/json", ...headers },
    body: JSON.stringify(operation),
  });
  return answer.json();
}

/** The clinic's first service, so that the examples run as they are. */
async function firstService() {
  const answer = await ask({ query: "{ services(first: 1) { edges { node { id screeningQuestions { id } } } } }" });
  return answer.data?.services?.edges[0]?.node ?? { id: "", screeningQuestions: [] };
}

function tabs(service) {
  const day = (days) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
  const week = { serviceId: service.id, from: day(1), to: day(7), distinctTimes: true };
  const patient = { name: "Sample Patient", email: "sample.patient@example.com", phone: "416 555 0100" };
  const screening = service.screeningQuestions.map(({ id }) => ({ questionId: id, answer: "NO" }));
  return [
    { query: lookAround },
    { query: openSlots, variables: { filter: week, serviceId: service.id } },
    { query: hold, variables: { input: { serviceId: service.id, startsAt: "" } } },
    { query: book, variables: { input: { holdToken: "", patient, screening } } },
    { query: change, variables: { manageToken: "", startsAt: "" } },
  ].map(({ query, variables }) => ({ query, variables: variables && JSON.stringify(variables, null, 2) }));
}

const examples = tabs(await firstService());
createRoot(page).render(
  createElement(GraphiQL, { fetcher: ask, defaultTabs: examples, defaultEditorToolsVisibility: "variables" }),
);
