/**
 * stagex on a Dagger engine: packages and images of the lock, the same to the byte as `./stagex` builds them.
 *
 * Sources that do not lie in the repository are downloaded by the engine and checked, or come from a folder
 * that `./stagex fetch` has filled, given as `--sources`.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  argument,
  type Changeset,
  type Container,
  check,
  type Directory,
  dag,
  func,
  generate,
  object,
  type Platform,
} from "@dagger.io/dagger";
import { closure, type LockedSource, loadProject, type Project } from "./project.ts";
import { stageModule } from "./stage-module.ts";

/** Where the Containerfile looks for the sources that do not lie in the repository. */
const SOURCES = ".stagex/sources";

@object()
export class Stagex {
  /** The repository: its lock, its Containerfile, and the files that these name. */
  repository: Directory;
  /** Files named by sha256. */
  sources?: Directory;

  /**
   * @param repository The repository of stagex.
   * @param sources Folder of files named by sha256, as `./stagex fetch` fills it. Without it, the engine downloads
   * what does not lie in the repository.
   */
  constructor(
    @argument({
      defaultPath: "/",
      ignore: ["*", "!stagex.lock", "!Containerfile", "!stages", "!modules", "**/node_modules"],
    })
    repository: Directory,
    sources?: Directory,
  ) {
    this.repository = repository;
    this.sources = sources;
  }

  /**
   * Builds a package, and all that it needs, from the seed.
   *
   * Fails when its tree is not the one that the lock pins.
   *
   * @param name Name of the package, such as tinycc.
   * @returns The package's tree.
   */
  @func()
  async buildPackage(name: string): Promise<Directory> {
    const project = await loadProject(this.repository);
    project.rules.packageNamed(project.lock, name);
    const trees = await this.build(project, [name]);
    await checkTrees(project, trees);
    return trees.directory.directory(name).withTimestamps(project.lock.epoch);
  }

  /**
   * Builds a pallet as a container, to run, publish or build upon.
   *
   * It has the files and settings of the canonical image, but not its digest: Dagger writes images with the
   * time of the day. See export-pallet for the canonical one.
   *
   * @param name Name of the pallet, such as tinycc.
   */
  @func()
  async buildPallet(name: string): Promise<Container> {
    const project = await loadProject(this.repository);
    const pallet = project.rules.palletNamed(project.lock, name);
    const trees = await this.build(project, pallet.packages);
    await checkTrees(project, trees);

    let root = dag.directory();
    for (const part of pallet.packages) root = root.withDirectory("/", trees.directory.directory(part));
    const newest = project.lock.packages[pallet.packages[pallet.packages.length - 1]];
    let container = dag
      .container({ platform: newest.platform as Platform })
      .withRootfs(root.withTimestamps(project.lock.epoch));
    if (pallet.entrypoint) container = container.withEntrypoint(pallet.entrypoint);
    if (pallet.cmd) container = container.withDefaultArgs(pallet.cmd);
    if (pallet.workdir) container = container.withWorkdir(pallet.workdir);
    for (const [key, value] of Object.entries(pallet.env ?? {}))
      container = container.withEnvVariable(key, value);
    for (const [key, value] of Object.entries(pallet.labels ?? {}))
      container = container.withLabel(key, value);
    return container;
  }

  /**
   * Builds a pallet as an OCI image layout, byte for byte the one that `./stagex build-pallet` writes.
   *
   * @param name Name of the pallet, such as tinycc.
   * @returns The layout: blobs/, index.json, oci-layout, and manifest.json for `docker load`.
   */
  @func()
  async exportPallet(name: string): Promise<Directory> {
    const project = await loadProject(this.repository);
    const { lock, rules } = project;
    const pallet = rules.palletNamed(lock, name);
    const trees = await this.build(project, pallet.packages);
    await checkTrees(project, trees);

    const places = new Map([...trees.digests].map(([part, digest]) => [digest, join(trees.folder, part)]));
    const placeOf = (digest: string) => places.get(digest) as string;
    const store = {
      size: async (digest: string) => rules.sizeOf(placeOf(digest)),
      tar: (digest: string) => Readable.from(rules.tarOf(placeOf(digest)), { objectMode: false }),
      verify: async () => {},
    };
    await rules.writePallet(lock, name, trees.digests, store, `layout/${name}`);
    return dag.currentModule().workdir(`layout/${name}`);
  }

  /**
   * Builds a package or a pallet again, with all that it needs, and compares each tree with the lock. No result
   * of an earlier build is used.
   *
   * @param name Name of the package or pallet, such as tinycc.
   * @returns A line for each package: its digest and its name.
   */
  @func({ cache: "never" })
  async verify(name: string): Promise<string> {
    const project = await loadProject(this.repository);
    const roots = project.rules.packagesOf(project.lock, name);
    return this.compare(project, roots, true);
  }

  /** Builds every package and compares its tree with the lock. */
  @func()
  @check()
  async lock(): Promise<string> {
    const project = await loadProject(this.repository);
    return this.compare(project, Object.keys(project.lock.packages));
  }

  /** Writes the module of each stage from the lock: a function for each package. */
  @func()
  @generate()
  async stages(): Promise<Changeset> {
    const { lock } = await loadProject(this.repository);
    const numbers = new Set(Object.values(lock.packages).map(({ stage }) => stage));
    let after = this.repository;
    for (const stage of numbers) {
      after = after.withNewFile(`stages/stage${stage}/.dagger/src/index.ts`, stageModule(lock, stage), {
        permissions: 0o644,
      });
    }
    return after.changes(this.repository);
  }

  private async compare(project: Project, roots: readonly string[], afresh = false): Promise<string> {
    const trees = await this.build(project, closure(project.lock, roots), afresh);
    await checkTrees(project, trees);
    return [...trees.digests].map(([name, digest]) => `${digest}  ${name}\n`).join("");
  }

  /** The trees of `names`, each in a directory of its name: in the engine, and normalised on the disk. */
  private async build(project: Project, names: readonly string[], afresh = false): Promise<Trees> {
    let context = this.repository.withDirectory(SOURCES, await foreignSources(project, names, this.sources));
    if (afresh) context = await withoutCache(context);
    let directory = dag.directory();
    // One value for the whole graph: the engine builds what is missing, each package once.
    for (const name of names) {
      const tree = context.dockerBuild({ dockerfile: "Containerfile", target: stageOf(name) }).rootfs();
      directory = directory.withDirectory(name, tree);
    }
    const folder = await mkdtemp("/tmp/trees-");
    await directory.export(folder).catch((error) => {
      throw new project.rules.StagexError("build", {
        cannot: `build ${names.join(", ")}`,
        because: lastCause(error),
        remedy: "`./stagex build` tells more, and keeps the log and the work folder.",
      });
    });
    const digests = new Map<string, string>();
    for (const name of names) {
      const place = join(folder, name);
      await project.rules.normalise(place, project.lock.epoch, join(folder, ".spare"));
      digests.set(name, (await project.rules.digestOf(place)).digest);
    }
    return { directory, folder, digests };
  }
}

/** An engine names the whole way to a failure, which is thousands of digests long, and the cause at its end. */
const lastCause = (error: Error): string => error.message.split("inputs: ").at(-1) as string;

interface Trees {
  directory: Directory;
  /** Path of the same directory on the disk. */
  folder: string;
  /** sha256 of each package's canonical tar. */
  digests: Map<string, string>;
}

/** The stage of the Containerfile that holds a package's tree. A stage's name begins with a letter and has no plus. */
const stageOf = (name: string): string =>
  (/^[a-z]/.test(name) ? name : `package-${name}`).replaceAll("+", "_");

/** The sources of `names`, and of all that they need, that do not lie in the repository; named by sha256. */
async function foreignSources(
  { lock, rules }: Project,
  names: readonly string[],
  given: Directory | undefined,
): Promise<Directory> {
  const all = closure(lock, names).flatMap((name) => lock.packages[name].sources);
  const foreign = all.filter(({ from }) => !from.some((place) => place.startsWith("project:")));
  const cannotUse = ({ file }: LockedSource, because: string) =>
    new rules.StagexError("source", {
      cannot: `use the source ${file}`,
      because,
      remedy:
        "Run `./stagex fetch`, and give the folder that it fills, ~/.cache/stagex/sources, as --sources.",
    });

  if (given) {
    const include = foreign.map(({ sha256 }) => sha256);
    const folder = await mkdtemp("/tmp/sources-");
    await given.filter({ include }).export(folder);
    for (const source of foreign) {
      const bytes = await readFile(join(folder, source.sha256)).catch(() => {
        throw cannotUse(source, `the folder of sources has no file ${source.sha256}`);
      });
      const found = createHash("sha256").update(bytes).digest("hex");
      if (found !== source.sha256)
        throw cannotUse(source, `the file ${source.sha256} has the sha256 ${found}`);
    }
    return given.filter({ include });
  }

  let fetched = dag.directory();
  for (const source of foreign) {
    const url = source.from.find((place) => place.startsWith("https:"));
    if (!url) throw cannotUse(source, "it has no address from which an engine can download it");
    const file = dag.http(url, { checksum: `sha256:${source.sha256}`, name: source.sha256 });
    await file.sync().catch((error) => {
      throw cannotUse(source, `the engine cannot download ${url} (${lastCause(error)})`);
    });
    fetched = fetched.withFile(source.sha256, file);
  }
  return fetched;
}

/**
 * The same build under keys that no cache knows: the root of each build holds a file of random
 * content, which no step reads and no tree keeps.
 */
async function withoutCache(context: Directory): Promise<Directory> {
  const text = await context.file("Containerfile").contents();
  const afresh = text.replace(/^FROM .* AS build-root-.*$/gm, "$&\nCOPY .afresh /.afresh");
  return context.withNewFile("Containerfile", afresh).withNewFile(".afresh", crypto.randomUUID());
}

/** Fails unless each tree is the one that the lock pins. */
async function checkTrees({ lock, rules }: Project, { digests }: Trees): Promise<void> {
  for (const [name, digest] of digests) {
    const pinned = lock.packages[name].tree;
    if (digest === pinned) continue;
    throw new rules.StagexError("build", {
      cannot: `build ${name}`,
      because: `its tree is ${digest}, and the lock pins ${pinned ?? "none"}`,
      remedy: `\`dagger call verify --name ${name}\` tells the first package that differs.`,
    });
  }
}
