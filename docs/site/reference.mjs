// The references as Markdown, from openapi.json and asyncapi.json.

const cell = (text) => String(text).replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
const code = (value) => `\`${JSON.stringify(value)}\``;
const json = (value) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`\n`;

/** Reads schemas of one document: what a reader wants to know of a field, in a few words. */
class Schemas {
  constructor(document) {
    this.all = document.components.schemas ?? {};
    this.document = document;
    this.named = new Set();
  }

  at(reference) {
    return reference
      .slice(2)
      .split('/')
      .reduce((node, key) => node[key], this.document);
  }

  name(schema) {
    return schema.$ref?.startsWith('#/components/schemas/') ? schema.$ref.split('/').at(-1) : undefined;
  }

  /** All fields, those of the bases first. */
  fields(schema) {
    if (schema.$ref) return this.fields(this.at(schema.$ref));
    const properties = {};
    const required = new Set(schema.required ?? []);
    for (const part of schema.allOf ?? []) {
      const from = this.fields(part);
      Object.assign(properties, from.properties);
      for (const name of from.required) required.add(name);
    }
    return { properties: { ...properties, ...schema.properties }, required };
  }

  type(schema) {
    const name = this.name(schema);
    if (name) {
      const target = this.all[name];
      if (isObject(this, target)) {
        this.named.add(name);
        return `[${name}](#${name.toLowerCase()})`;
      }
      return this.type({ ...target, description: undefined });
    }
    if (schema.allOf?.length === 1 && !schema.properties) return this.type(schema.allOf[0]);
    if ('const' in schema) return code(schema.const);
    if (schema.enum) return schema.enum.map(code).join(', ');
    const several = schema.oneOf ?? schema.anyOf;
    if (several && !schema.type) return several.map((one) => this.type(one)).join(' or ');
    const types = [schema.type ?? 'any'].flat();
    return types.map((type) => this.#one(type, schema)).join(' or ');
  }

  #one(type, schema) {
    if (type === 'array') {
      const most = schema.maxItems ? `, at most ${schema.maxItems}` : '';
      return `list of ${this.type(schema.items ?? {})}${most}`;
    }
    if (type === 'object' && schema.additionalProperties && schema.additionalProperties !== true) {
      return `object, each value ${this.type(schema.additionalProperties)}`;
    }
    if (type === 'object' && schema.properties)
      return `object with ${Object.keys(schema.properties)
        .map((one) => `\`${one}\``)
        .join(', ')}`;
    if (type === 'string' && schema.pattern?.includes('T[0-9]{2}')) return 'time';
    if (type === 'string' && schema.pattern === '^[1-9][0-9]{0,19}$') return 'id';
    const from = schema.minLength ?? schema.minimum;
    const to = schema.maxLength ?? schema.maximum;
    const range = to === undefined ? (from ? `, from ${from}` : '') : `, ${from ?? 0}–${to}`;
    return `${type}${type === 'string' && range ? `${range} long` : range}`;
  }

  what(schema) {
    if (schema.description) return schema.description;
    if (schema.allOf?.length === 1) return this.what(schema.allOf[0]);
    const name = this.name(schema);
    return name && !isObject(this, this.all[name]) ? (this.all[name].description ?? '') : '';
  }

  table(schema) {
    const { properties, required } = this.fields(schema);
    const rows = Object.entries(properties).map(
      ([name, one]) =>
        `| \`${name}\`${required.has(name) ? '' : ' (optional)'} | ${cell(this.type(one))} | ${cell(this.what(one))} |`,
    );
    return rows.length ? `| field | type | |\n|---|---|---|\n${rows.join('\n')}\n\n` : '';
  }

  /** The objects that were named, and those that these name. */
  appendix() {
    let text = '';
    const written = new Set();
    for (let names = [...this.named]; names.length; names = [...this.named].filter((name) => !written.has(name))) {
      for (const name of names) {
        written.add(name);
        const schema = this.all[name];
        text += `### ${name}\n\n${schema.description ? `${schema.description.trim()}\n\n` : ''}${this.table(schema)}`;
        if (schema.examples?.length) text += json(schema.examples[0]);
      }
    }
    return text;
  }
}

function isObject(schemas, schema) {
  return Object.keys(schemas.fields(schema).properties).length > 0;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** A level deeper: headings of a description stand under the page's. */
const lowered = (text) => text.replace(/^### /gm, '## ');

export function rest(document) {
  const schemas = new Schemas(document);
  let text = `# REST reference\n\n${lowered(document.info.description.replaceAll('`asyncapi.yaml`', '[the gateway reference](../api/asyncapi.yaml)'))}\n`;
  for (const tag of document.tags) {
    text += `## ${tag.name}\n\n${tag.description}\n\n`;
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of methods) {
        const operation = item[method];
        if (!operation?.tags?.includes(tag.name)) continue;
        text += operationText(schemas, tag.name, method, path, item, operation);
      }
    }
  }
  return `${text}## Objects\n\n${schemas.appendix()}`;
}

function operationText(schemas, tag, method, path, item, operation) {
  const resolved = (one) => (one.$ref ? schemas.at(one.$ref) : one);
  let text = `### ${operation.summary}\n\n\`${method.toUpperCase()} ${path}\` · [try it](../api/reader/index.html#/${encodeURIComponent(tag)}/${operation.operationId})`;
  text += `${operation.security?.length === 0 ? ' · no token' : ''}\n\n`;
  if (operation.description) text += `${operation.description.trim()}\n\n`;
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolved);
  if (parameters.length) {
    const rows = parameters.map(
      (one) =>
        `| \`${one.name}\`${one.required ? '' : ' (optional)'} | ${one.in} | ${cell(schemas.type(one.schema))} | ${cell(one.description ?? schemas.what(one.schema))} |`,
    );
    text += `| parameter | in | type | |\n|---|---|---|---|\n${rows.join('\n')}\n\n`;
  }
  const body = operation.requestBody && resolved(operation.requestBody).content['application/json'];
  if (body) {
    text += `**Body**\n\n${schemas.name(body.schema) && isObject(schemas, body.schema) ? '' : ''}${schemas.table(body.schema)}`;
    const example = body.example ?? Object.values(body.examples ?? {})[0]?.value;
    if (example) text += `${json(example)}\n`;
  }
  const answers = Object.entries(operation.responses)
    .filter(([status]) => status !== 'default')
    .map(([status, answer]) => {
      const one = resolved(answer);
      const schema = one.content?.['application/json']?.schema;
      return `| ${status} | ${cell(one.description)} | ${schema && Number(status) < 400 ? cell(schemas.type(schema)) : ''} |`;
    });
  return `${text}| answer | | body |\n|---|---|---|\n${answers.join('\n')}\n\n`;
}

export function gateway(document) {
  const schemas = new Schemas(document);
  const { messages } = document.components;
  const part = (title, operation) => {
    let text = `## ${title}\n\n`;
    for (const { $ref } of document.operations[operation].messages) {
      const name = $ref.split('/').at(-1);
      const message = messages[name];
      const body = schemas.fields(message.payload).properties.d;
      text += `### ${name}\n\n${(message.summary ?? '').trim()}\n\n${message.description ? `${message.description.trim()}\n\n` : ''}`;
      if (body && schemas.type(body) !== 'object')
        text += isObject(schemas, body)
          ? `\`d\` is ${article(schemas, body)}:\n\n${schemas.table(body)}`
          : `\`d\` is ${schemas.type(body)}.\n\n`;
      for (const example of message.examples ?? []) text += json(example.payload);
    }
    return text;
  };
  let text = `# Gateway reference\n\n${lowered(document.info.description)}\n`;
  text += part('From the client', 'fromClient') + part('From the server', 'fromServer');
  return `${text}## Objects\n\n${schemas.appendix()}`;
}

function article(schemas, schema) {
  const name = schemas.name(schema);
  return name ? `\`${name}\`` : 'an object';
}
