'use strict';

// Forms on Express. LEAK: the schema of a form is compiled for each request, and Ajv keeps all that it has compiled.

const express = require('express');
const Ajv = require('ajv');
const { setTimeout: sleep } = require('node:timers/promises');

const ajv = new Ajv({ allErrors: true });

const schemaOf = (fields) => ({
  type: 'object',
  required: fields,
  properties: Object.fromEntries(fields.map((field) => [field, { type: 'string', minLength: 1 }])),
});

const app = express();
app.use(express.json());
app.post('/forms/:form', async (request, response) => {
  const validate = ajv.compile(schemaOf(Object.keys(request.body)));
  await sleep(3);
  response.json({ form: request.params.form, valid: validate(request.body) });
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
