/** A tree with some programs of this machine and the libraries they need, to run probes in the sandbox. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

const forProbes =
  "sh bash env cat ls id stat hostname sleep mknod chmod unshare mount chroot readlink setsid grep sort true mkdir";

/** @returns the tree, made below `folder`; its programs are in `/bin`. */
export function makeHostTree(folder: string, programs: string = forProbes): string {
  const tree = join(folder, "host-tree");
  mkdirSync(join(tree, "bin"), { recursive: true });
  for (const name of programs.split(" ")) {
    const program = realpathSync(find(name));
    cpSync(program, join(tree, "bin", name));
    for (const library of librariesOf(program)) {
      mkdirSync(join(tree, dirname(library)), { recursive: true });
      cpSync(realpathSync(library), join(tree, library));
    }
  }
  symlinkSync("bin/sh", join(tree, "link-to-sh"));
  return tree;
}

function find(name: string): string {
  const paths = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].map((directory) => join(directory, name));
  const path = paths.find((candidate) => existsSync(candidate));
  if (!path) throw new Error(`this machine has no ${name}`);
  return path;
}

function librariesOf(program: string): string[] {
  const text = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...text.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path as string);
}
