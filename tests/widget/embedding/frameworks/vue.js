import { createApp, ref } from 'vue';
import { BookOnline } from '@book-online/element/vue';

createApp({
  components: { BookOnline },
  setup: () => ({ server: window.SERVER, lang: ref('en'), heard: ref('nothing'), isThere: ref(true), button: ref(null) }),
  template: `
    <BookOnline v-if="isThere" ref="button" id="button" :server service="dry-needling" :lang
      @step="({ detail }) => heard = lang + ' ' + detail.step" @close="heard = lang + ' closed'">Book Online</BookOnline>
    <button @click="lang = 'fr'">Français</button>
    <button @click="button.open({ service: 'physiotherapy-assessment' })">Assessment</button>
    <button @click="isThere = false">Remove</button>
    <p id="heard">{{ heard }}</p>`,
}).mount('main');
