// Parts that leave something behind when they are gone. `Tidy` does not.

import { defineComponent, getCurrentInstance, h, onMounted, onUnmounted, ref } from 'vue';
import ResizeCard from './ResizeCard.vue';

const instances = [];
const removed = [];
const subscriptions = new Set();

const rowsOf = (visit) => Array.from({ length: 20 }, (_, row) => `row ${row} of ${visit}`);
const list = (rows) => h('ul', rows.map((row) => h('li', { key: row }, row)));

/** An interval that is never cleared. */
const UptimeClock = defineComponent({
  name: 'UptimeClock',
  props: { visit: Number },
  setup(props) {
    const seconds = ref(props.visit);
    onMounted(() => setInterval(() => (seconds.value += 1), 3_600_000));
    return () => h('p', seconds.value);
  },
});

/** A subscription that is never cancelled. */
const PriceTag = defineComponent({
  name: 'PriceTag',
  props: { visit: Number },
  setup(props) {
    const price = ref(props.visit);
    const onPrice = (next) => (price.value = next);
    subscriptions.add({ symbol: 'price', onPrice });
    return () => h('span', price.value);
  },
});

/** Instances in a list of the module. */
const LegacyPanel = defineComponent({
  name: 'LegacyPanel',
  props: { visit: Number },
  setup(props) {
    instances.push(getCurrentInstance());
    return () => list(rowsOf(props.visit));
  },
});

/** A listener in the style with options. */
const ScrollLogger = defineComponent({
  name: 'ScrollLogger',
  props: { visit: Number },
  data: () => ({ top: 0 }),
  mounted() {
    window.addEventListener('scroll', () => (this.top = window.scrollY));
  },
  render() {
    return list(rowsOf(this.visit));
  },
});

/** Elements in a list of the module. */
const ClosedNotes = defineComponent({
  name: 'ClosedNotes',
  props: { visit: Number },
  setup(props) {
    const element = ref(null);
    onMounted(() => removed.push(element.value));
    return () => h('section', { ref: element }, [list(rowsOf(props.visit))]);
  },
});

const Tidy = defineComponent({
  name: 'Tidy',
  props: { visit: Number },
  setup(props) {
    const width = ref(props.visit);
    const onResize = () => (width.value = window.innerWidth);
    onMounted(() => window.addEventListener('resize', onResize));
    onUnmounted(() => window.removeEventListener('resize', onResize));
    return () => list(rowsOf(width.value));
  },
});

export const parts = { ResizeCard, UptimeClock, PriceTag, LegacyPanel, ScrollLogger, ClosedNotes, Tidy };
