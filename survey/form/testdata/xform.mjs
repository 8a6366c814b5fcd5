// Fills our XLSForm in ODK's own engine of Web Forms (@getodk/xforms-engine): an implementation of expressions, relevance and constraints that
// is not ours. Input: the sheets as JSON and cases, each the answers of a household and its members. Output: what the engine made of each.
//
// No converter from XLSForm to XForm but pyxform's is published for Node or Go, so this file makes the XForm, by pyxform's rules: a reference
// within a repeat becomes a relative path, any other an absolute one.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(process.env.NODE_PATH + '/'));
const { JSDOM } = require('jsdom');
const { window } = new JSDOM('<!doctype html>');
for (const name of ['DOMParser', 'XMLSerializer', 'Node', 'Document', 'Element', 'Attr', 'Text', 'CDATASection', 'XMLDocument', 'Comment', 'XPathResult', 'XPathEvaluator', 'File', 'FormData', 'Blob', 'document', 'ProcessingInstruction']) {
	if (window[name] !== undefined) globalThis[name] = window[name];
}
globalThis.window = window;
globalThis.require = require; // the engine's parser takes Node for CommonJS
globalThis.__dirname = process.env.NODE_PATH;
const { createInstance } = await import(pathToFileURL(require.resolve('@getodk/xforms-engine')));

const { sheets, cases } = JSON.parse(readFileSync(0, 'utf8'));
const table = (rows) => rows.slice(1).map((r) => Object.fromEntries(rows[0].map((h, i) => [h, r[i] ?? ''])));
const survey = table(sheets.survey);
const choices = table(sheets.choices);
const settings = table(sheets.settings)[0];
const escape = (s) => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

const root = { name: 'data', path: ['data'], children: [], repeat: null };
const byName = {};
{
	let at = root;
	for (const q of survey) {
		if (q.type.startsWith('end_')) {
			at = at.parent;
			continue;
		}
		const node = { q, name: q.name, path: [...at.path, q.name], parent: at, children: [], repeat: at.repeat };
		if (q.type === 'audit') continue;
		at.children.push(node);
		byName[q.name] = node;
		if (q.type === 'begin_repeat') node.repeat = node;
		if (q.type.startsWith('begin_')) at = node;
	}
}
const expand = (text, from) =>
	text.replace(/\$\{([^}]*)\}/g, (_, name) => {
		const to = byName[name];
		if (!from || to.repeat === null || to.repeat !== from.repeat || to === to.repeat) return '/' + to.path.join('/');
		const common = to.repeat.path.length;
		return [...Array(from.path.length - common).fill('..'), ...to.path.slice(common)].join('/');
	});
const types = { integer: 'int', decimal: 'decimal', date: 'date', geopoint: 'geopoint', start: 'dateTime', end: 'dateTime' };
const binds = [];
const instance = (n) => {
	const inner = n.children.map(instance).join('');
	return n.q?.type === 'begin_repeat' ? `<${n.name} jr:template="">${inner}</${n.name}>` : `<${n.name}>${inner}</${n.name}>`;
};
const body = (n) => {
	const q = n.q;
	const path = '/' + n.path.join('/');
	const attrs = [];
	const add = (name, expr) => expr && attrs.push(`${name}="${escape(expand(expr, n))}"`);
	if (types[q.type]) attrs.push(`type="${types[q.type]}"`);
	else if (!q.type.startsWith('begin_')) attrs.push('type="string"');
	add('relevant', q.relevant);
	add('constraint', q.constraint);
	add('required', q.required === 'yes' ? 'true()' : q.required);
	add('calculate', q.calculation);
	if (q.type === 'note') attrs.push('readonly="true()"');
	binds.push(`<bind nodeset="${path}" ${attrs.join(' ')}/>`);
	const label = `<label>${escape(q['label::English (en)'].replace(/\$\{[^}]*\}/g, '…'))}</label>`;
	if (q.type === 'begin_repeat') return `<group ref="${path}">${label}<repeat nodeset="${path}">${n.children.map(body).join('')}</repeat></group>`;
	if (q.type === 'begin_group') return `<group ref="${path}" appearance="field-list">${label}${n.children.map(body).join('')}</group>`;
	const [kind, list] = q.type.split(' ');
	if (kind === 'select_one' || kind === 'select_multiple') {
		const tag = kind === 'select_one' ? 'select1' : 'select';
		const items = choices.filter((c) => c.list_name === list).map((c) => `<item><label>${escape(c['label::English (en)'])}</label><value>${escape(c.name)}</value></item>`);
		return `<${tag} ref="${path}">${label}${items.join('')}</${tag}>`;
	}
	if (['calculate', 'start', 'end', 'deviceid', 'username'].includes(q.type)) return '';
	return `<input ref="${path}">${label}</input>`;
};
const controls = root.children.map(body).join('');
const xml = `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>${escape(settings.form_title)}</h:title><model><instance><data id="${settings.form_id}" version="${settings.version}">${root.children.map(instance).join('')}<orx:meta><orx:instanceID/></orx:meta></data></instance>
${binds.join('\n')}<bind nodeset="/data/orx:meta/orx:instanceID" type="string" readonly="true()" calculate="concat('uuid:', uuid())"/></model></h:head><h:body>${controls}</h:body></h:html>`;

const children = (n) => n.currentState.children ?? [];
function* nodes(n) {
	yield n;
	for (const c of children(n)) yield* nodes(c);
}
const nameOf = (n) => n.currentState.reference.split('/').pop().replace(/\[\d+\]$/, '');
const set = (n, value) => {
	if (n.nodeType === 'select') n.selectValues ? n.selectValues(value === '' ? [] : value.split(' ')) : n.selectValue(value);
	else if (n.nodeType === 'input') {
		const type = n.valueType;
		if (value === '') n.setValue(type === 'string' ? '' : null);
		else if (type === 'int') n.setValue(BigInt(value));
		else if (type === 'geopoint') {
			const [latitude, longitude, altitude, accuracy] = value.split(' ').map(Number);
			n.setValue({ latitude, longitude, altitude, accuracy });
		} else n.setValue(value);
	}
};
const inRepeat = (n) => /\/members(\[|\/|$)/.test(n.currentState.reference);
const asked = (name) => name in byName && !['calculate', 'note', 'start', 'end', 'deviceid', 'username'].includes(byName[name].q.type);
const fill = (under, answers, skipRepeat) => {
	for (const n of nodes(under)) {
		const name = nameOf(n);
		if (asked(name) && (n.nodeType === 'input' || n.nodeType === 'select') && !(skipRepeat && inRepeat(n))) set(n, answers[name] ?? '');
	}
};
const read = (under, outside) => {
	const out = { values: {}, relevant: {}, broken: [], missing: [] };
	for (const n of nodes(under)) {
		if (outside && inRepeat(n)) continue;
		const name = nameOf(n);
		if (!(name in byName)) continue;
		out.relevant[name] = n.currentState.relevant;
		if (n.currentState.relevant && n.currentState.instanceValue !== undefined) out.values[name] = String(n.currentState.instanceValue);
		if (n.validationState?.constraint && !n.validationState.constraint.valid) out.broken.push(name);
		if (n.validationState?.required && !n.validationState.required.valid) out.missing.push(name);
	}
	return out;
};
const results = [];
let form, before;
for (const c of cases) {
	if (before !== c.members.length || c.remove) form = (await createInstance(xml)).root; // making one is slow
	before = c.members.length;
	fill(form, c.household, true);
	const range = [...nodes(form)].find((n) => n.nodeType?.startsWith('repeat-range'));
	const made = [];
	for (let i = 0; i < c.members.length; i++) {
		if (children(range).length <= i) range.addInstances();
		fill(children(range)[i], c.members[i], false);
	}
	for (let i = 0; i < c.members.length; i++) made.push(read(children(range)[i], false));
	const ids = made.map((m) => m.values.member_id);
	fill(form, c.household, true);
	const result = { household: read(form, true), members: made, membersRelevant: range.currentState.relevant, stable: c.members.every((_, i) => read(children(range)[i], false).values.member_id === ids[i]) };
	if (c.remove) {
		range.removeInstances(c.remove - 1, 1);
		result.after = children(range).map((n) => read(n, false));
		before = undefined;
	}
	results.push(result);
}
console.log(JSON.stringify(results));
