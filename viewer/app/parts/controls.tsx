// Form controls: text boxes, choices, switches.

import { useEffect, useState } from 'preact/hooks';

/** Milliseconds after the last key until a text box reports its value. */
const PAUSE = 180;

interface FilterBoxProps {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  /** Width in characters. */
  size?: number;
}

export function FilterBox({ label, placeholder, value, onChange, size = 28 }: FilterBoxProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <input
      class="box"
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={typed}
      size={size}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && onChange(typed)}
    />
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  /** Values with their labels. */
  options: readonly (readonly [value: string, title: string])[];
  onChange: (value: string) => void;
}

/** A choice of a few options, all visible. */
export function Segments({ label, value, options, onChange }: ChoiceProps) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map(([option, title]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {title}
        </button>
      ))}
    </div>
  );
}

/** A choice of many options. */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select class="box" aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map(([option, title]) => (
        <option key={option} value={option}>
          {title}
        </option>
      ))}
    </select>
  );
}

export function Switch({ label, help, checked, onChange }: { label: string; help?: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label class="switch" title={help}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

export function Slider({ label, value, min, max, onChange }: { label: string; value: number; min: number; max: number; onChange: (value: number) => void }) {
  return (
    <label class="slider">
      {label}
      <input type="range" min={min} max={max} value={value} onChange={(event) => onChange(Number(event.currentTarget.value))} />
      <output>{value}</output>
    </label>
  );
}

/** DevTools' filters, with its labels. */
const NAMED_FILTERS = [
  ['', 'All objects'],
  ['objectsRetainedByDetachedDomNodes', 'Retained by detached DOM nodes'],
  ['objectsRetainedByConsole', 'Retained by the DevTools console'],
  ['objectsRetainedByEventHandlers', 'Retained by event handlers'],
  ['objectsRetainedByContexts', 'Retained by contexts'],
  ['duplicatedStrings', 'Duplicated strings'],
  ['sharedNativeContext', 'Shared by several native contexts'],
  ['noNativeContext', 'In no native context'],
] as const;

export function NamedFilterChoice({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return <Choice label="Objects to show" value={value} options={NAMED_FILTERS} onChange={onChange} />;
}
