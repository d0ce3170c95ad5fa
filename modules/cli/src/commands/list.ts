import { closure, type Lock } from "@stagex/core";
import { type GlobalOptions, openSession, readLock } from "../session.ts";

/** `stagex list` */
export function list(options: GlobalOptions & { stage?: number; pallets?: boolean }): void {
  const lock = readLock(openSession(options));
  const rows = options.pallets ? palletRows(lock) : packageRows(lock, options.stage);
  if (options.json) console.log(JSON.stringify(rows));
  else if (rows.length > 0) console.log(table(rows.map((row) => Object.values(row).map(cellOf))));
}

const palletRows = (lock: Lock) =>
  Object.entries(lock.pallets).map(([name, { summary, packages }]) => ({
    name,
    packages,
    summary,
  }));

/** In the order of the bootstrap: inputs before what uses them, stage by stage. */
const packageRows = (lock: Lock, stage: number | undefined) =>
  closure(lock, Object.keys(lock.packages))
    .flatMap((name) => {
      const locked = lock.packages[name];
      return locked ? [{ stage: locked.stage, name, version: locked.version, summary: locked.summary }] : [];
    })
    .filter((row) => stage === undefined || row.stage === stage)
    .sort((a, b) => a.stage - b.stage);

const cellOf = (value: string | number | readonly string[]): string =>
  Array.isArray(value) ? value.join(" ") : String(value);

/** Columns set apart by two spaces, the last one free. */
function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell))
        .join("  "),
    )
    .join("\n");
}
