// Runs a regular expression over texts, away from the page: one that never ends freezes nothing.

onmessage = ({ data }) => {
  const { source, flags, texts, replacement } = data;
  let expression;
  try {
    expression = new RegExp(source, flags);
  } catch (error) {
    postMessage({ problem: error instanceof Error ? error.message : String(error) });
    return;
  }
  /** @type {[number, string][]} */
  const found = [];
  for (const [id, text] of texts) {
    expression.lastIndex = 0;
    if (!expression.test(text)) continue;
    expression.lastIndex = 0;
    found.push([id, replacement === null ? "" : text.replace(expression, replacement)]);
  }
  postMessage({ found });
};
