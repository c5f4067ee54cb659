// Compares the answers of tools with those of a reference.

/**
 * Where `answers` differ from `reference`: one line each. A question one of them has no answer to
 * is not a difference.
 */
export function differences(answers, reference) {
  const lines = [];
  for (const [question, expected] of Object.entries(reference)) {
    const found = answers[question];
    if (found === undefined) continue;
    const [a, b] = [found, expected].map(show);
    if (a !== b) lines.push(`${question}: ${a}, not ${b}`);
  }
  return lines;
}

/** One answer in one line. */
function show(answer) {
  if (Array.isArray(answer)) return answer.map(show).join('; ');
  if (typeof answer === 'object') return Object.values(answer).map(show).join(' ');
  return typeof answer === 'number' ? answer.toLocaleString('en-US') : answer;
}
