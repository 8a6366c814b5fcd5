// Evaluates expressions of our XLSForm in the XPath engine of Enketo, which is KoboToolbox's form in the browser (openrosa-xpath-evaluator).
// Input: cases as JSON, each an expression, the question at which it stands and the answers by name. Output: what each came to, or the error.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(process.env.NODE_PATH + '/'));
const { window } = new (require('jsdom').JSDOM)('<!doctype html>');
for (const name of ['XPathEvaluator', 'XPathResult', 'Node', 'document', 'Document', 'Element', 'DOMParser']) globalThis[name] = window[name];
globalThis.window = window;
const engine = require('openrosa-xpath-evaluator')();

const results = JSON.parse(readFileSync(0, 'utf8')).map(({ expression, at, answers }) => {
	const doc = new window.DOMParser().parseFromString('<data/>', 'text/xml');
	let here;
	for (const [name, value] of Object.entries(answers)) {
		const node = doc.documentElement.appendChild(doc.createElement(name));
		node.textContent = value;
		if (name === at) here = node;
	}
	try {
		const path = expression.replace(/\$\{([^}]*)\}/g, '/data/$1');
		return { text: engine.evaluate(path, here, null, window.XPathResult.STRING_TYPE, null).stringValue };
	} catch (e) {
		return { error: String(e) };
	}
});
console.log(JSON.stringify(results));
