// Reads Arrow streams or files with Arrow's own reader, given as paths, and prints for each, as one line of JSON, its values:
// batch by batch, column by column, in the words of ArrowText.cs. What it cannot read, it answers with the error's message.
import { readFileSync } from 'node:fs';
import { DataType, RecordBatchReader } from 'apache-arrow';

const hex = (bytes) => Buffer.from(bytes).toString('hex');

function float(value) {
  if (Number.isNaN(value)) return 'nan';
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value);
  return `f${bits.toString('hex')}`;
}

function decimal(words) {
  let value = 0n;
  for (let at = words.length - 1; at >= 0; at--) value = (value << 32n) | BigInt(words[at]);
  return BigInt.asIntN(32 * words.length, value).toString();
}

function interval(type, values) {
  if (values.length === 1) return `${values[0]}`;
  if (values.length === 2) return `${values[0]}/${values[1]}`;
  const nanoseconds = BigInt.asIntN(64, (BigInt(values[3] >>> 0) << 32n) | BigInt(values[2] >>> 0));
  return `${values[0]}/${values[1]}/${nanoseconds}`;
}

// The number that is kept for a date or time, which the reader's own accessors would convert.
function raw(data, row) {
  const stride = data.values.length / Math.max(1, data.length) >= 2 && data.stride === 2 ? 2 : 1;
  if (stride === 1) return `${data.values[row]}`;
  return BigInt.asIntN(64, (BigInt(data.values[2 * row + 1] >>> 0) << 32n) | BigInt(data.values[2 * row] >>> 0)).toString();
}

const rows = (data) => Array.from({ length: data.length }, (_, row) => value(data, row));
const slice = (data, from, to) => rows(data).slice(from, to);

function value(data, row) {
  const type = data.type;
  if (DataType.isNull(type)) return 'null';
  if (DataType.isUnion(type)) {
    const id = data.typeIds[row];
    const child = data.children[type.typeIdToChildIndex[id]];
    return `${id}:${value(child, type.mode === 1 ? data.valueOffsets[row] : row)}`;
  }
  if (!data.getValid(row)) return 'null';
  if (DataType.isDictionary(type)) {
    let index = Number(data.values[row]);
    for (const part of data.dictionary.data) {
      if (index < part.length) return value(part, index);
      index -= part.length;
    }
  }
  const offset = (at) => Number(data.valueOffsets[at]);
  if (DataType.isBool(type)) {
    const bit = data.offset + row;
    return (data.values[bit >> 3] >> (bit & 7)) & 1 ? 'true' : 'false';
  }
  if (DataType.isFloat(type)) return float(type.precision === 0 ? half(data.values[row]) : data.values[row]);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return `s${hex(data.values.subarray(offset(row), offset(row + 1)))}`;
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return `x${hex(data.values.subarray(offset(row), offset(row + 1)))}`;
  if (DataType.isFixedSizeBinary(type)) return `x${hex(data.values.subarray(row * type.byteWidth, (row + 1) * type.byteWidth))}`;
  if (DataType.isDecimal(type)) {
    const words = type.bitWidth / 32;
    return decimal(data.values.subarray(row * words, (row + 1) * words));
  }
  if (DataType.isInterval(type)) return interval(type, data.values.subarray(row * data.stride, (row + 1) * data.stride));
  if (DataType.isList(type) || DataType.isMap(type) || DataType.isLargeList?.(type))
    return `[${slice(data.children[0], offset(row), offset(row + 1))}]`;
  if (DataType.isFixedSizeList(type)) return `[${slice(data.children[0], row * type.listSize, (row + 1) * type.listSize)}]`;
  if (DataType.isStruct(type)) return `{${data.children.map((child) => value(child, row))}}`;
  return raw(data, row);
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

for (const path of process.argv.slice(2)) {
  try {
    const reader = RecordBatchReader.from(readFileSync(path)).open();
    const fields = reader.schema.fields.map((field) => field.name);
    const batches = [...reader].map((batch) => batch.data.children.map(rows));
    console.log(JSON.stringify({ fields, batches }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
