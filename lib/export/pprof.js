'use strict';

// Writes stacks as a gzipped pprof profile: github.com/google/pprof, proto/profile.proto.
//
// A frame is a location with one function. The bytes of a sample are its `inuse_space`, as in Go's
// heap profiles: pprof's "flat" is self size, its "cum" the retained size.

const { Buffer } = require('node:buffer');
const { gzipSync } = require('node:zlib');
const { bytesField, messageField, numberField, numbersField, textField } = require('./protobuf.js');
const { Numbered, stacksOf } = require('./stacks.js');

/** Fields of the messages, as profile.proto numbers them. */
const PROFILE = { sampleType: 1, sample: 2, location: 4, function: 5, stringTable: 6, comment: 13, defaultSampleType: 14 };
const VALUE_TYPE = { type: 1, unit: 2 };
const SAMPLE = { locationId: 1, value: 2 };
const LOCATION = { id: 1, line: 4 };
const LINE = { functionId: 1, line: 2 };
const FUNCTION = { id: 1, name: 2, filename: 4, startLine: 5 };

/**
 * @param {import('../../index.js').DominatorRow} tree
 * @param {{ title: string }} about
 * @returns {Buffer}
 */
function toPprof(tree, { title }) {
  const { frames, stacks } = stacksOf(tree);
  const strings = new Numbered((text) => text);
  const text = (value) => strings.number(value);
  // The first string of every profile.
  text('');
  const [space, bytes] = [text('inuse_space'), text('bytes')];
  const fields = [
    messageField(PROFILE.sampleType, [numberField(VALUE_TYPE.type, space), numberField(VALUE_TYPE.unit, bytes)]),
    ...stacks.map(sampleField),
    ...frames.map((frame, i) => locationField(frame, i + 1)),
    ...frames.map((frame, i) => functionField(frame, i + 1, text)),
    Buffer.from([...numberField(PROFILE.comment, text(title)), ...numberField(PROFILE.defaultSampleType, space)]),
  ];
  return gzipSync(Buffer.concat([...fields, ...strings.all.map((value) => textField(PROFILE.stringTable, value))]));
}

/** Locations count from 1, and the innermost comes first. */
function sampleField({ frames, bytes }) {
  const locations = frames.map((frame) => frame + 1).reverse();
  return bytesField(PROFILE.sample, Buffer.concat([numbersField(SAMPLE.locationId, locations), numbersField(SAMPLE.value, [bytes])]));
}

function locationField({ line }, id) {
  const lineField = messageField(LOCATION.line, [numberField(LINE.functionId, id), numberField(LINE.line, line)]);
  return bytesField(PROFILE.location, Buffer.concat([Buffer.from(numberField(LOCATION.id, id)), lineField]));
}

function functionField({ name, file, line }, id, text) {
  return messageField(PROFILE.function, [
    numberField(FUNCTION.id, id),
    numberField(FUNCTION.name, text(name)),
    numberField(FUNCTION.filename, text(file)),
    numberField(FUNCTION.startLine, line),
  ]);
}

module.exports = { toPprof };
