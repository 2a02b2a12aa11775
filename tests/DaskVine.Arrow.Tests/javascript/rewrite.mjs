// Reads Arrow streams or files, given as pairs of a path and a path to write to, and writes each anew with Arrow's own writer, in the
// form that the first argument says: stream or file.
import { readFileSync, writeFileSync } from 'node:fs';
import { tableFromIPC, tableToIPC } from 'apache-arrow';

const [form, ...paths] = process.argv.slice(2);
for (let at = 0; at < paths.length; at += 2)
  writeFileSync(paths[at + 1], tableToIPC(tableFromIPC(readFileSync(paths[at])), form));
