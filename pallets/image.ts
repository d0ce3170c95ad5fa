/** Images of pallets for tests: their layers in a root of their own, and in podman. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildOnImage, loadLayout, runImage } from "../modules/oci/tests/podman.ts";
import { fetchSources } from "../scripts/home.ts";
import { entering, environment } from "../stages/stage1/tests/root.ts";
import { lock } from "../stages/stage2/tests/store.ts";

const project = join(import.meta.dirname, "..");

/** What a command did. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class PalletImage {
  readonly layout: string;
  /** Its layers as files, lowest first. */
  readonly layers: readonly string[];
  readonly #folder: string;

  /** Builds the pallet, and unpacks its layers into a root that holds nothing else. */
  constructor(readonly name: string) {
    this.#folder = mkdtempSync(join(tmpdir(), `pallet-${name}-`));
    chmodSync(this.#folder, 0o755);
    this.layout = join(this.#folder, "layout");
    const args = ["build-pallet", "--name", name, "--output", this.layout, "--json"];
    const { image } = JSON.parse(
      execFileSync(join(project, "stagex"), args, { encoding: "utf8", stdio: "pipe" }),
    );
    const manifest = JSON.parse(readFileSync(join(this.layout, "blobs/sha256", image), "utf8"));
    this.layers = manifest.layers.map(({ digest }: { digest: string }) =>
      join(this.layout, "blobs", digest.replace(":", "/")),
    );
    for (const path of ["work", "tmp", "dev"]) mkdirSync(this.#inRoot(path), { recursive: true });
    for (const layer of this.layers) execFileSync("tar", ["-xf", layer, "-C", this.#inRoot()]);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  readonly #inRoot = (...path: string[]): string => join(this.#folder, "root", ...path);

  /** Writes a file below /work of the root. */
  write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(this.#inRoot("work", path)), { recursive: true });
    writeFileSync(this.#inRoot("work", path), content);
  }

  /** Unpacks a package's source, by the image's own tools, to the folder of its name below /work. */
  async unpackSource(name: string): Promise<void> {
    const archive = join(await fetchSources(name), lock.packages[name]?.sources[0]?.sha256 ?? "");
    this.write(`${name}.tar`, readFileSync(archive));
    const unpack = `mkdir ${name} && tar -x -f ${name}.tar -C ${name} --strip-components 1`;
    const { status, stderr } = this.shell(unpack);
    if (status !== 0) throw new Error(`Cannot unpack ${name}: ${stderr}`);
  }

  /** Runs a command of the shell in the root, in /work. */
  shell(command: string): Outcome {
    const args = entering(this.#inRoot(), "/work", ["/bin/sh", "-c", command]);
    return spawnSync("unshare", args, { encoding: "utf8", env: environment });
  }

  /**
   * Builds another image on this one, as users of Containerfiles do.
   *
   * @param lines what follows `FROM`
   * @returns what its default command writes
   */
  build(lines: string): string {
    const home = mkdtempSync(join(this.#folder, "podman-"));
    loadLayout(this.layout, this.name, { home });
    return buildOnImage(this.name, lines, { home });
  }

  /** Runs a command of the shell in podman, in a folder with these files. @returns what it writes */
  inPodman(command: string, files: Readonly<Record<string, string>> = {}): string {
    const home = mkdtempSync(join(this.#folder, "podman-"));
    const work = join(home, "work");
    mkdirSync(work);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(work, name), content);
    loadLayout(this.layout, this.name, { home });
    return runImage(this.name, ["/bin/sh", "-c", command], { work }, { home });
  }
}

export const succeeded = (stdout = ""): Outcome => ({ status: 0, stdout, stderr: "" });
