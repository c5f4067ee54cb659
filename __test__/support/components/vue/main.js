// A page of one part, which the button replaces by a new one. The address says which.

import { createApp, defineComponent, h, ref } from 'vue';
import { parts } from './parts.js';

const { [location.hash.slice(1)]: Part } = parts;

const App = defineComponent({
  name: 'App',
  setup() {
    const visit = ref(0);
    return () => h('main', [h('button', { id: 'next', onClick: () => (visit.value += 1) }, 'Next'), h('h1', visit.value), h(Part, { key: visit.value, visit: visit.value })]);
  },
});

createApp(App).mount('#root');
