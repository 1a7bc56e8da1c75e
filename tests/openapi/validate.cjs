// node validate.cjs DOCUMENT ANSWERS: hold recorded answers against the document. ANSWERS has one
// JSON object a line: {operation, status, type, headers: {name: text}, body}. Prints one line for
// each fault; keys that the document does not know are faults, though clients must tolerate them.
// The body of live events has the data of one event a line.
const fs = require('fs');
const Ajv2020 = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;

const DOCUMENTED = ['etag', 'link', 'x-total-count', 'location', 'retry-after', 'x-request-id', 'idempotency-replayed',
  'www-authenticate'];
const ALWAYS = ['x-request-id', 'x-total-count', 'retry-after', 'www-authenticate'];

function forbidUnknownKeys(schema) {
  if (Array.isArray(schema)) return schema.forEach(forbidUnknownKeys);
  if (!schema || typeof schema !== 'object') return;
  if (schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
  Object.values(schema).forEach(forbidUnknownKeys);
}

function operationsOf(document) {
  const found = new Map();
  for (const item of Object.values(document.paths))
    for (const operation of Object.values(item)) found.set(operation.operationId, operation);
  return found;
}

function resolve(document, node) {
  if (!node || !node.$ref) return node;
  return node.$ref.slice(2).split('/').reduce((at, part) => at[part], document);
}

function headerFaults(response, answer) {
  const known = new Set(Object.keys(response.headers || {}).map((name) => name.toLowerCase()));
  const sent = new Set(Object.keys(answer.headers).map((name) => name.toLowerCase()));
  return [...DOCUMENTED.filter((name) => sent.has(name) && !known.has(name)).map((name) => `header ${name} is not documented`),
    ...ALWAYS.filter((name) => answer.status !== 304 && known.has(name) && !sent.has(name)).map((name) => `header ${name} is missing`)];
}

function bodyFaults(check, response, answer) {
  const media = response.content && response.content[answer.type];
  if (!response.content) return answer.body ? ['a body where none is documented'] : [];
  if (!media) return [`media type ${answer.type} is not documented`];
  const events = answer.type === 'text/event-stream';
  if (!events && !answer.type.endsWith('json')) return [];
  const validate = check(events ? media['x-event-data'] : media.schema);
  return (events ? answer.body.split('\n').filter(Boolean) : [answer.body]).flatMap((text) => (validate(JSON.parse(text))
    ? [] : validate.errors.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`).slice(0, 5)));
}

function main([documentPath, answersPath]) {
  const document = JSON.parse(fs.readFileSync(documentPath, 'utf8'));
  const operations = operationsOf(document);
  forbidUnknownKeys(document.components.schemas);
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  addFormats(ajv);
  ajv.addFormat('int64', { type: 'number', validate: Number.isInteger }).addFormat('double', true).addFormat('binary', true);
  ajv.addSchema({ $id: 'document', components: document.components });
  const compiled = new Map();
  const check = (schema) => {
    const text = JSON.stringify(schema).replaceAll('#/components/', 'document#/components/');
    if (!compiled.has(text)) compiled.set(text, ajv.compile(JSON.parse(text)));
    return compiled.get(text);
  };
  for (const line of fs.readFileSync(answersPath, 'utf8').split('\n').filter(Boolean)) {
    const answer = JSON.parse(line);
    const response = resolve(document, operations.get(answer.operation).responses[answer.status]);
    const faults = response ? [...headerFaults(response, answer), ...bodyFaults(check, response, answer)]
      : ['this status is not documented'];
    for (const fault of faults) console.log(`${answer.operation} ${answer.status}: ${fault}`);
  }
}

main(process.argv.slice(2));
