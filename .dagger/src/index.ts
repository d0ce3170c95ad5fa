/**
 * stagex on a Dagger engine: packages and images of the lock, the same to the byte as `./stagex` builds them.
 *
 * Sources that do not lie in the repository are downloaded by the engine and checked, or come from a folder
 * that `./stagex fetch` has filled, given as `--sources`.
 */
import { mkdtemp } from "node:fs/promises";
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
import { loadProject, type Project } from "./project.ts";
import { checkedSources, lastCause } from "./sources.ts";

/** What runs the checks of the code; the same image as that of Dagger's SDK. */
const NODE = "node:24.13.1-alpine";

@object()
export class Stagex {
  /** The repository: its lock, the files that the lock names, and the rules by which they are used. */
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
      // Whatever changes in what is left has the engine run the functions anew.
      ignore: [
        "*",
        "!stagex.lock",
        "!stages",
        "stages/*/packages",
        "stages/*/tests",
        "!modules",
        "modules/*",
        "!modules/build",
        "!modules/core",
        "!modules/oci",
        "!modules/store",
        "modules/*/tests",
        "**/node_modules",
      ],
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
    const pallet = project.rules.palletNamed(project.lock, name);
    const trees = await this.build(project, pallet.packages);
    await checkTrees(project, trees);
    await writeImage(project, name, trees);
    return dag.currentModule().workdir(layoutOf(name));
  }

  /**
   * Builds a package or a pallet again, with all that it needs, and compares each tree, and the pallet's image,
   * with the lock. No result of an earlier build is used.
   *
   * @param name Name of the package or pallet, such as tinycc.
   * @returns A line for each package, and one for the image: its digest and its name.
   */
  @func({ cache: "never" })
  async verify(name: string): Promise<string> {
    const project = await loadProject(this.repository);
    const roots = project.rules.packagesOf(project.lock, name);
    return this.compare(project, roots, name in project.lock.pallets ? [name] : [], true);
  }

  /**
   * Builds stage 0, from the seed to TinyCC, with its images, and compares them with the lock.
   *
   * @returns A line for each package, and one for each image: its digest and its name.
   */
  @func()
  @check()
  async stage0(): Promise<string> {
    const project = await loadProject(this.repository);
    const { packages, pallets } = project.lock;
    const roots = Object.keys(packages).filter((name) => packages[name].stage === 0);
    const images = Object.keys(pallets).filter((name) =>
      pallets[name].packages.every((part) => roots.includes(part)),
    );
    return this.compare(project, roots, images);
  }

  /**
   * Compares the lock with the definitions, and checks the code's form, lint and types.
   *
   * @param checkout The repository, with all that is in version control.
   */
  @func()
  @check()
  async code(
    @argument({ defaultPath: "/", ignore: [".git", "**/node_modules", "dist", "out", ".stagex*"] })
    checkout: Directory,
  ): Promise<string> {
    return dag
      .container()
      .from(NODE)
      .withMountedCache("/root", dag.cacheVolume("stagex-npm"))
      .withDirectory("/stagex", checkout)
      .withWorkdir("/stagex")
      .withExec(["./stagex", "lock", "--check"])
      .withExec(["npm", "run", "lint"])
      .withExec(["npm", "run", "typecheck"])
      .stdout();
  }

  /** Writes the module of each stage from the lock: a function for each package. */
  @func()
  @generate()
  async stages(): Promise<Changeset> {
    const { lock, rules } = await loadProject(this.repository);
    let after = this.repository;
    for (const [path, text] of rules.stageModules(lock)) {
      after = after.withNewFile(path, text, { permissions: 0o644 });
    }
    return after.changes(this.repository);
  }

  private async compare(
    project: Project,
    roots: readonly string[],
    pallets: readonly string[],
    afresh = false,
  ): Promise<string> {
    const trees = await this.build(project, project.rules.closure(project.lock, roots), afresh);
    await checkTrees(project, trees);
    const found = [...trees.digests].map(([name, digest]) => `${digest}  ${name}\n`);
    for (const name of pallets) found.push(`${await writeImage(project, name, trees)}  pallet ${name}\n`);
    return found.join("");
  }

  /** The trees of `names`, each in a directory of its name: in the engine, and normalised on the disk. */
  private async build(project: Project, names: readonly string[], afresh = false): Promise<Trees> {
    const { lock, rules } = project;
    checkPins(project, names);
    const text = rules.containerfile(lock, names, []);
    const sources = await checkedSources(project, names, this.repository, this.sources);
    const context = sources
      .withNewFile("Dockerfile", afresh ? rules.afresh(text) : text)
      // Random, so that no cache knows a step that has it in its root.
      .withNewFile(rules.AFRESH, afresh ? crypto.randomUUID() : "");
    let directory = dag.directory();
    // One value for the whole graph: the engine builds what is missing, each package once.
    for (const name of names) {
      const tree = context.dockerBuild({ target: rules.stageName(name) }).rootfs();
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

interface Trees {
  directory: Directory;
  /** Path of the same directory on the disk. */
  folder: string;
  /** sha256 of each package's canonical tar. */
  digests: Map<string, string>;
}

/** Where, in the folder of the function that runs, the image of a pallet is written. */
const layoutOf = (pallet: string): string => `layout/${pallet}`;

/**
 * Writes a pallet as an OCI layout, to {@link layoutOf} it. Fails unless the image is the one that the lock pins.
 *
 * @returns sha256 of the image's manifest
 */
async function writeImage({ lock, rules }: Project, name: string, trees: Trees): Promise<string> {
  const places = new Map([...trees.digests].map(([part, digest]) => [digest, join(trees.folder, part)]));
  const placeOf = (digest: string) => places.get(digest) as string;
  const store = {
    size: async (digest: string) => rules.sizeOf(placeOf(digest)),
    tar: (digest: string) => Readable.from(rules.tarOf(placeOf(digest)), { objectMode: false }),
    verify: async () => {},
  };
  const { image } = await rules.writePallet(lock, name, trees.digests, store, layoutOf(name));
  return image;
}

/** Fails before hours of building, where no tree is known to compare with. */
function checkPins({ lock, rules }: Project, names: readonly string[]): void {
  const unpinned = names.filter((name) => lock.packages[name].tree === null);
  if (unpinned.length === 0) return;
  throw new rules.StagexError("lock", {
    cannot: `build ${unpinned.join(", ")}`,
    because: "the lock pins no tree for it",
    remedy: "Run `./stagex pin` first.",
  });
}

/** Fails unless each tree is the one that the lock pins. */
async function checkTrees({ lock, rules }: Project, { digests }: Trees): Promise<void> {
  for (const [name, digest] of digests) {
    const pinned = lock.packages[name].tree;
    if (digest === pinned) continue;
    throw new rules.StagexError("build", {
      cannot: `build ${name}`,
      because: `its tree is ${digest}, and the lock pins ${pinned}`,
      remedy: `\`dagger call verify --name ${name}\` tells the first package that differs.`,
    });
  }
}
