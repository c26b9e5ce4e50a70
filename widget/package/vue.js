/** @file `<BookOnline>` for Vue: the element with a link inside, its events as the component's own. */
import { defineComponent, h, onMounted, ref, watch } from 'vue';
import { attributesOf, EVENTS, linkOf, start } from './markup.js';

const TEXTS = ['service', 'practitioner', 'location', 'at', 'lang', 'site', 'phone'];
const FLAGS = ['inline', 'bare', 'next', 'noMatch', 'noHistory'];

export const BookOnline = /** @type {any} */ (defineComponent({
  name: 'BookOnline',
  props: {
    server: { type: String, required: true },
    ...Object.fromEntries(TEXTS.map((name) => [name, String])),
    ...Object.fromEntries(FLAGS.map((name) => [name, Boolean])),
  },
  emits: [...EVENTS],
  setup: (given, { emit, slots, expose }) => {
    const options = /** @type {import('./index.d.ts').Options} */ (/** @type {unknown} */ (given));
    const element = ref(/** @type {import('./index.d.ts').BookOnlineElement | null} */ (null));
    onMounted(() => watch(() => options.server, start, { immediate: true }));
    expose({
      element,
      open: (/** @type {import('./index.d.ts').Preselection} */ preselection) => element.value?.open(preselection),
      close: () => element.value?.close(),
    });
    // After `on:` Vue takes a name as it is.
    const listeners = Object.fromEntries(
      EVENTS.map((name) => [`on:book-online:${name}`, (/** @type {Event} */ event) => emit(name, event)]),
    );
    return () => {
      const href = linkOf(options);
      return h('book-online', { ...attributesOf(options), ...listeners, ref: element },
        href ? [h('a', { href }, slots['default']?.() ?? 'Book Online')] : []);
    };
  },
}));
