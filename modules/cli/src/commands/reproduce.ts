import { spawnSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join, relative } from "node:path";
import type { UnexpectedTree } from "@stagex/build";
import { type Lock, StagexError } from "@stagex/core";
import { compareTrees, removeTree } from "@stagex/store";
import {
  type Circumstances,
  confirm,
  confirmationPath,
  knownIn,
  parsePrivateKey,
  readConfirmation,
  type Subject,
  TOOL,
} from "@stagex/trust";
import type { BuildingOptions } from "../building.ts";
import { readKeyFile } from "../named-file.ts";
import { rebuild } from "../rebuild.ts";
import { openSession, readLock, replaceFile, type Session } from "../session.ts";

interface ReproduceOptions extends BuildingOptions {
  all?: boolean;
  key: string;
  builder: string;
  output?: string;
}

/**
 * `stagex reproduce NAME... --key FILE --builder NAME`: rebuilds from sources in a fresh store, compares with the
 * lock, and signs a confirmation of each package and image that this very run has built. If anything differs, it
 * signs nothing, and keeps both trees and their differences.
 */
export async function reproduce(names: readonly string[], options: ReproduceOptions): Promise<void> {
  const session = openSession(options);
  const lock = readLock(session);
  const privateKey = parsePrivateKey(readKeyFile(options.key), options.key);
  const builder = { name: options.builder, privateKey, publicKey: createPublicKey(privateKey) };
  if (!/^[a-z0-9][a-z0-9+._-]{0,100}$/.test(builder.name)) {
    throw new StagexError("usage", {
      cannot: `sign as ${JSON.stringify(builder.name)}`,
      because: "it is not a name of lower-case letters, digits and + . _ -",
    });
  }

  const subjects = options.all ? pinnedIn(lock) : names;
  if (subjects.length === 0) {
    throw new StagexError("usage", {
      cannot: "reproduce",
      because: "nothing is named",
      remedy: "Name packages or pallets, or give --all.",
    });
  }
  const { packages, images } = await rebuild(session, lock, subjects, options, "reproduce", (error) =>
    keepMismatch(session, lock, error),
  );

  const circumstances = circumstancesOf(options);
  const folder = options.output ?? join(session.project, "confirmations");
  const built: Subject[] = [
    ...packages.map((name) => ({ kind: "package", name }) as const),
    ...[...images.keys()].map((name) => ({ kind: "pallet", name }) as const),
  ];
  const written = built.map((subject) => {
    const text = confirm(knownIn(lock, subject), builder, circumstances);
    const path = join(folder, confirmationPath(readConfirmation(text)));
    mkdirSync(join(path, ".."), { recursive: true });
    replaceFile(path, text);
    return { ...subject, file: path };
  });

  if (options.json) {
    console.log(JSON.stringify({ builder: builder.name, ...circumstances, confirmations: written }));
    return;
  }
  console.log(`${packages.length} packages and ${images.size} pallets are as the lock pins them`);
  console.log(`  ${written.length} confirmations by ${builder.name} in ${relative(".", folder) || "."}`);
}

/** Everything that can be reproduced. What is not pinned yet cannot. */
const pinnedIn = ({ packages, pallets }: Lock): string[] => [
  ...Object.keys(packages).filter((name) => packages[name]?.tree != null),
  ...Object.keys(pallets).filter((name) => pallets[name]?.image != null),
];

function circumstancesOf({ executor = "sandbox" }: BuildingOptions): Circumstances {
  const cpuinfo = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  const vendor = /^(?:vendor_id|CPU implementer|mvendorid)\s*: *(.+)$/m.exec(cpuinfo)?.[1];
  return {
    machine: {
      cpuVendor: vendor?.trim() || "unknown",
      cpuModel: cpus()[0]?.model.trim() || "unknown",
      kernel: `Linux ${release()}`,
    },
    executor,
    sandbox:
      executor === "dagger"
        ? "container"
        : process.getuid?.() === 0
          ? "namespaces as root"
          : "user namespaces",
    stagex: TOOL.version,
    time: new Date(),
  };
}

/** Keeps both trees and their differences where `gc` does not come. */
async function keepMismatch(
  { home }: Session,
  lock: Lock,
  { package: name, tree, because }: UnexpectedTree,
): Promise<StagexError> {
  const folder = join(home, "mismatches", name);
  if (existsSync(folder)) await removeTree(folder);
  mkdirSync(folder, { recursive: true });
  const [expected, rebuilt] = [join(folder, "expected"), join(folder, "rebuilt")];
  renameSync(tree, rebuilt);
  const pinned = join(home, "store/trees", lock.packages[name]?.tree ?? "");
  let differences = ["the store does not have the pinned tree, so there is nothing to compare with"];
  if (existsSync(pinned)) {
    cpSync(pinned, expected, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    differences = await compareTrees(expected, rebuilt, Number.POSITIVE_INFINITY);
    const { stdout } = spawnSync("diffoscope", ["--text", "-", expected, rebuilt], { encoding: "utf8" });
    if (stdout) differences.push("", stdout);
  }
  writeFileSync(join(folder, "diff.txt"), `${differences.join("\n")}\n`);
  return new StagexError("build", {
    cannot: `reproduce ${name}`,
    because,
    remedy: [
      `Nothing was signed. Both trees and their differences are in ${folder}:`,
      ...differences.slice(0, 20).map((line) => `  ${line}`),
    ].join("\n"),
  });
}
