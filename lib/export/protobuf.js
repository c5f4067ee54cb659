'use strict';

// Encodes the protocol buffer fields that pprof uses.

const { Buffer } = require('node:buffer');

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** A whole number from 0 to 2^53, seven bits a byte, the lowest first. */
function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

const numberField = (field, value) => (value === 0 ? [] : [...varint(field * 8 + VARINT), ...varint(value)]);

const bytesField = (field, bytes) => Buffer.concat([Buffer.from([...varint(field * 8 + LENGTH_DELIMITED), ...varint(bytes.length)]), bytes]);

const textField = (field, text) => bytesField(field, Buffer.from(text, 'utf8'));

/** A repeated number, packed. */
const numbersField = (field, values) => bytesField(field, Buffer.from(values.flatMap(varint)));

/** A message within a message, of number fields alone. */
const messageField = (field, numbers) => bytesField(field, Buffer.from(numbers.flat()));

module.exports = { bytesField, messageField, numberField, numbersField, textField };
