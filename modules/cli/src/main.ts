/** The command line: every command with its options, and what an error turns into. */
import { exitStatus, StagexError } from "@stagex/core";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { INTERRUPTED } from "./session.ts";

const program = new Command("stagex")
  .description("A minimal, hermetic, deterministic Linux distribution, bootstrapped in full from source.")
  .option("--lock <file>", "the lock to use; its folder is the project's root", process.env.STAGEX_LOCK)
  .option(
    "--home <directory>",
    "where sources, trees and logs are kept (default: ~/.cache/stagex)",
    process.env.STAGEX_HOME,
  )
  .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
  .addHelpText(
    "after",
    `
Exit status:
  0  done                      3  the lock or the definitions cannot be used
  1  a build or check failed   4  a source cannot be had
  2  wrong command line        5  this machine lacks something (see stagex doctor)
  130  interrupted

Environment: STAGEX_LOCK, STAGEX_HOME, STAGEX_CACHE (places with trees, separated by spaces), NO_COLOR.`,
  );

/** Commands are loaded when they run, so that starting costs little. */
const command = (usage: string, summary: string, parent = program) =>
  parent.command(usage).summary(summary).description(`${summary}.`);

const json = () => new Option("--json", "print the result as JSON");
const jobs = () =>
  new Option("-j, --jobs <n>", "how many packages to build at once (default: one for each CPU)").argParser(
    positive,
  );
const offline = () => new Option("--offline", "open no network connection");
const building = (target: Command) =>
  target
    .addOption(jobs())
    .option("-k, --keep-going", "after a failure, build what does not depend on it")
    .addOption(offline())
    .addOption(
      new Option(
        "--cache <place>",
        "a folder or URL with trees of `push-cache`, may be repeated; needs no trust, since the lock pins every tree",
      ).argParser((place: string, before: string[] = []) => [...before, place]),
    )
    .addOption(
      new Option("--time-limit <seconds>", "for one package, in the sandbox")
        .argParser(positive)
        .default(7200),
    )
    .addOption(
      new Option("--memory-limit <MiB>", "for one package, in the sandbox").argParser(positive).default(4096),
    )
    .addOption(json());

const executor = () =>
  new Option("--executor <executor>", "what builds: this machine's sandbox, or a Dagger engine")
    .choices(["sandbox", "dagger"])
    .default("sandbox");

building(command("build <name...>", "Build packages, or all of a pallet, into the store"))
  .addOption(executor())
  .action(async (names, _, self) =>
    (await import("./commands/build.ts")).build(names, self.optsWithGlobals()),
  );

building(command("build-pallet", "Build a pallet and write it as an OCI layout"))
  .requiredOption("--name <pallet>", "the pallet")
  .option("-o, --output <directory>", "the OCI layout to write (default: out/<pallet>)")
  .addOption(executor())
  .action(async (_, self) => (await import("./commands/build.ts")).buildPallet(self.optsWithGlobals()));

building(command("verify <name>", "Rebuild a pallet or package in a fresh store and compare with the lock"))
  .addOption(executor())
  .action(async (name, _, self) =>
    (await import("./commands/verify.ts")).verify(name, self.optsWithGlobals()),
  );

command("fetch [name...]", "Fetch all sources of pallets or packages (default: all), for use offline")
  .addOption(offline())
  .addOption(json())
  .action(async (names, _, self) =>
    (await import("./commands/fetch.ts")).fetch(names, self.optsWithGlobals()),
  );

command("list", "List the packages")
  .addOption(new Option("--stage <n>", "only this stage").argParser(whole))
  .option("--pallets", "list the pallets instead")
  .addOption(json())
  .action(async (_, self) => (await import("./commands/list.ts")).list(self.optsWithGlobals()));

command("why <user> <input>", "Show the path from a package or pallet down to one of its inputs")
  .addOption(json())
  .action(async (user, input, _, self) =>
    (await import("./commands/graph.ts")).why(user, input, self.optsWithGlobals()),
  );

command("graph [name...]", "Print the graph of pallets or packages (default: all)")
  .addOption(new Option("--format <format>", "how").choices(["dot", "json"]).default("dot"))
  .action(async (names, _, self) =>
    (await import("./commands/graph.ts")).graph(names, self.optsWithGlobals()),
  );

command("diff <tree> <tree>", "Show where two trees differ: packages, digests in the store, or directories")
  .addOption(json())
  .action(async (first, second, _, self) =>
    (await import("./commands/diff.ts")).diff(first, second, self.optsWithGlobals()),
  );

command("log <package>", "Print the log of a package's last build").action(async (name, _, self) =>
  (await import("./commands/log.ts")).log(name, self.optsWithGlobals()),
);

building(
  command(
    "shell <package> [command...]",
    "Look around in a package's sandbox, as its last failed step left it or else as its first step finds it",
  ),
).action(async (name, words, _, self) =>
  (await import("./commands/shell.ts")).shell(name, words, self.optsWithGlobals()),
);

command("audit [pallet]", "Count what has to be trusted or read: the trust budget of a pallet (default: all)")
  .addOption(json())
  .action(async (name, _, self) => (await import("./commands/audit.ts")).audit(name, self.optsWithGlobals()));

command(
  "plan [name...]",
  "Write packages or pallets (default: all) as plain commands, for those who will not trust this program",
)
  .addOption(new Option("--stage <n>", "the packages of this stage").argParser(whole))
  .addOption(
    new Option("--format <format>", "a shell script, or a file for buildah, podman or docker")
      .choices(["sh", "containerfile"])
      .default("sh"),
  )
  .action(async (names, _, self) => (await import("./commands/plan.ts")).plan(names, self.optsWithGlobals()));

command("sbom <pallet>", "Print a pallet's bill of materials, with what built it, down to the seed")
  .addOption(new Option("--format <format>", "how").choices(["spdx", "cyclonedx"]).default("spdx"))
  .action(async (name, _, self) => (await import("./commands/sbom.ts")).sbom(name, self.optsWithGlobals()));

command("lock", "Resolve the package definitions into stagex.lock")
  .option("--check", "change nothing; fail if the lock is stale")
  .action(async (_, self) => (await import("./commands/lock.ts")).lock(self.optsWithGlobals()));

building(
  command(
    "pin [name...]",
    "Build twice what has no pinned tree (or NAME and what it needs), and pin it in the lock",
  ),
).action(async (names, _, self) => (await import("./commands/pin.ts")).pin(names, self.optsWithGlobals()));

building(
  command(
    "reproduce [name...]",
    "Rebuild from sources, compare with the lock, and sign what came out the same",
  ),
)
  .option("--all", "all packages and pallets that the lock pins")
  .requiredOption("--key <file>", "your Ed25519 private key, in PEM")
  .requiredOption("--builder <name>", "your name, as policies know it")
  .option("-o, --output <directory>", "where the confirmations are written (default: confirmations/)")
  .addOption(executor())
  .action(async (names, _, self) =>
    (await import("./commands/reproduce.ts")).reproduce(names, self.optsWithGlobals()),
  );

const confirm = command("confirm", "Take in and list confirmations");
command("add <place...>", "Take other people's confirmations into the project", confirm)
  .addOption(json())
  .action(async (places, _, self) =>
    (await import("./commands/confirm.ts")).add(places, self.optsWithGlobals()),
  );
command(
  "attach <pallet> <reference> [place...]",
  "Attach confirmations of a pallet (default: the project's) to its image",
  confirm,
)
  .addOption(json())
  .action(async (pallet, reference, places, _, self) =>
    (await import("./commands/confirm.ts")).attach(pallet, reference, places, self.optsWithGlobals()),
  );
command("list [name...]", "List the project's confirmations", confirm)
  .addOption(json())
  .action(async (names, _, self) =>
    (await import("./commands/confirm.ts")).list(names, self.optsWithGlobals()),
  );

command("sign <pallet>", "Sign the image of a pallet that the lock pins")
  .requiredOption("--key <key>", "gpg:FINGERPRINT, or the file of a private key, in PEM")
  .requiredOption("--as <repository>", "the repository that the signature is for, with its registry")
  .requiredOption("--release <n>", "the number of the release, which grows with each", whole)
  .addOption(new Option("--days <n>", "how long the signature holds").argParser(positive).default(365))
  .option("--lookaside <folder>", "where podman, skopeo and CRI-O look for signatures by gpg")
  .option("--attach <reference>", "the image to attach the signature to: oci:DIRECTORY[:TAG] or docker://…")
  .addOption(json())
  .action(async (pallet, _, self) =>
    (await import("./commands/sign.ts")).sign(pallet, self.optsWithGlobals()),
  );

const repeated = (value: string, before: string[] = []) => [...before, value];

const trust = command("trust", "Verify images by a policy, and write policies");
command("verify <reference>", "Verify an image, oci:DIRECTORY[:TAG] or docker://…, by a policy", trust)
  .requiredOption("--policy <file>", "the policy")
  .option("--as <repository>", "the repository that a layout is of (default: the policy's only one)")
  .option("--lookaside <folder>", "a folder of signatures by gpg")
  .option("--confirmations <place>", "a file or folder of confirmations, may be repeated", repeated)
  .addOption(json())
  .action(async (reference, _, self) =>
    (await import("./commands/trust.ts")).verify(reference, self.optsWithGlobals()),
  );

const policy = command("policy", "Write, explain and export policies", trust);
command("init", "Write a policy to standard output", policy)
  .requiredOption("--image <repository>", "what it has a rule for")
  .requiredOption("--signer <name=file>", "who may sign, with a public key, may be repeated", repeated)
  .option("--builder <name[,operator]=file>", "who may confirm, with a public key, may be repeated", repeated)
  .addOption(new Option("--signatures <n>", "how many have to sign").argParser(positive).default(2))
  .addOption(new Option("--confirmations <n>", "how many have to confirm").argParser(positive).default(2))
  .option("--expires <time>", "until when it holds, as 2027-01-01T00:00:00Z")
  .action(async (_, self) => (await import("./commands/trust.ts")).init(self.optsWithGlobals()));
command("explain <file>", "Tell what a policy asks for", policy).action(async (file) =>
  (await import("./commands/trust.ts")).explain(file),
);
command("export <file>", "Write a policy for container engines or Kubernetes", policy)
  .addOption(
    new Option("--to <program>", "whose policy").choices(["containers", "kyverno"]).default("containers"),
  )
  .addOption(
    new Option("--format <format>", "which signatures containers are to have")
      .choices(["openpgp", "cosign"])
      .default("openpgp"),
  )
  .option("--image <repository>", "which rule (default: the first)")
  .option("--signers <names>", "who has to sign, separated by commas, where the rule asks for some of more")
  .action(async (file, _, self) =>
    (await import("./commands/trust.ts")).exportPolicy(file, self.optsWithGlobals()),
  );

command("provenance <pallet>", "Print how a pallet came to be, as an in-toto statement")
  .option("--reproduced", "a summary instead, of how many builders of a policy confirmed it")
  .option("--policy <file>", "the policy, with --reproduced")
  .option("--as <repository>", "the repository, with --reproduced")
  .option("--key <file>", "sign it with this private key, in PEM")
  .action(async (name, _, self) =>
    (await import("./commands/provenance.ts")).provenance(name, self.optsWithGlobals()),
  );

command("push-cache <folder> [name...]", "Fill a folder with trees, for others' --cache")
  .addOption(json())
  .action(async (folder, names, _, self) =>
    (await import("./commands/cache.ts")).pushCache(folder, names, self.optsWithGlobals()),
  );

command("gc", "Remove the trees that no lock which used this store pins, and what dead processes left")
  .option("--dry-run", "only tell")
  .addOption(json())
  .action(async (_, self) => (await import("./commands/gc.ts")).gc(self.optsWithGlobals()));

command("doctor", "Tell what this machine lacks, and how to get it")
  .addOption(json())
  .action(async (_, self) => (await import("./commands/doctor.ts")).doctor(self.optsWithGlobals()));

command("test [vitest-arguments...]", "Run the tests")
  .allowUnknownOption()
  .action(async (rest, _, self) => (await import("./commands/test.ts")).test(rest, self.optsWithGlobals()));

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a whole number.");
}

for (const each of [program, ...program.commands, ...program.commands.flatMap(allBelow)]) {
  each.exitOverride();
  each.configureOutput({ outputError: (text, write) => write(text.replace("error: ", "stagex: ")) });
  const name = pathOf(each);
  each.showHelpAfterError(`\`${name} --help\` shows what there is.`);
}

function allBelow({ commands }: Command): readonly Command[] {
  return commands.flatMap((one) => [one, ...allBelow(one)]);
}

function pathOf(one: Command): string {
  return one.parent ? `${pathOf(one.parent)} ${one.name()}` : one.name();
}

// A reader such as `head` may have seen enough; the view may have lost its terminal.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? 0 : report(error)),
);
process.stderr.on("error", () => {});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Prints what a user can use of an error, and gives the exit status. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
  if (error instanceof StagexError) {
    console.error(`stagex: ${error.message}`);
    return exitStatus[error.kind];
  }
  if (error instanceof Error && error.name === "AbortError") {
    console.error("stagex: interrupted; nothing half-built was kept");
    return INTERRUPTED;
  }
  if (error instanceof Error && "syscall" in error) {
    console.error(`stagex: Cannot go on: because of ${error.message}\nCheck the disk and its permissions.`);
    return exitStatus.machine;
  }
  console.error("stagex: this is a defect of stagex itself:", error);
  return 70;
}
