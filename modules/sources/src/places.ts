/**
 * From a place, as the lock names it, to the locations of its file. No registry's host stands here: each
 * ecosystem's own client is asked for its settings, so that mirrors set up on this machine are used.
 */
import { copyFile, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { LockedSource } from "@stagex/core";
import type { Clients } from "./clients.ts";
import type { Location } from "./http.ts";
import { PlaceFailure } from "./incoming.ts";

export interface Surroundings {
  /** The repository's root. */
  readonly project: string;
  readonly clients: Clients;
  /** The text of a web page, and its URL after redirects. */
  read(url: URL, accept: string): Promise<{ text: string; url: URL }>;
}

type Locate = (rest: string, source: LockedSource, around: Surroundings) => Promise<Location[]>;

const kinds: Readonly<Record<string, Locate>> = {
  crate: locateCrate,
  debian: locateDebian,
  go: locateGo,
  npm: locateNpm,
  project: locateProject,
  pypi: locatePypi,
};

/**
 * @param place see `Place` of `@stagex/core`
 * @returns locations to try in turn, at least one
 * @throws PlaceFailure when the place is not understood, or its client or settings are missing
 */
export async function locate(place: string, source: LockedSource, around: Surroundings): Promise<Location[]> {
  if (/^https?:\/\//.test(place)) return [{ url: parseUrl(place) }];
  const kind = place.slice(0, place.indexOf(":"));
  const find = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!find) throw new PlaceFailure("no such kind of place is known");
  const locations = await find(place.slice(kind.length + 1), source, around);
  if (locations.length === 0) throw new PlaceFailure("the settings of its client lead nowhere");
  return locations;
}

export const isOfProject = (place: string): boolean => place.startsWith("project:");

/** A file of this repository; a link that leads out of it is not followed. */
async function locateProject(path: string, _: LockedSource, { project }: Surroundings): Promise<Location[]> {
  const root = await realpath(project);
  const file = await realpath(join(root, path)).catch(() => {
    throw new PlaceFailure("there is no such file");
  });
  if (!file.startsWith(root + sep)) throw new PlaceFailure("it leads out of the repository");
  return [{ url: pathToFileURL(file) }];
}

/**
 * Debian policy has every source file at `pool/COMPONENT/PREFIX/SOURCE/FILE` of an archive, where the file's
 * name starts with that of the source package. Which archives there are, apt knows, or the user says.
 */
async function locateDebian(file: string, _: LockedSource, { clients }: Surroundings): Promise<Location[]> {
  const [, source] = /^([a-z0-9][a-z0-9+.-]+)_[^/]+$/.exec(file) ?? [];
  if (!source) throw new PlaceFailure("it is not the name of a file of Debian's source archive");
  const prefix = source.startsWith("lib") ? source.slice(0, 4) : source.slice(0, 1);
  const path = (component: string) => `pool/${component}/${prefix}/${source}/${encodeURIComponent(file)}`;

  const mirror = process.env.STAGEX_DEBIAN_MIRROR;
  if (mirror) return [{ url: parseUrl(path("main"), folder(mirror)) }];
  const archives = await aptArchives(clients);
  const proxies = await aptProxies(clients);
  return archives.map(({ base, component }) => {
    const url = parseUrl(path(component), base);
    const proxy = proxies[url.protocol];
    return { url, ...(proxy && { proxy }) };
  });
}

async function aptArchives(clients: Clients): Promise<{ base: string; component: string }[]> {
  // Without --no-release-info, apt keeps quiet about archives that `apt-get update` has not visited yet.
  const list = await clients
    .ask("apt-get", [
      "indextargets",
      "--no-release-info",
      "--format",
      "$(REPO_URI) $(COMPONENT)",
      "Created-By: Packages",
    ])
    .catch((error) => {
      throw new PlaceFailure(`${error.message}; or set STAGEX_DEBIAN_MIRROR to the URL of a Debian mirror`);
    });
  const archives = [];
  for (const line of new Set(list.split("\n"))) {
    const [uri = "", component = ""] = line.split(" ");
    for (const base of await expandAptUri(uri)) archives.push({ base, component });
  }
  return archives;
}

/** The methods of apt that lead to plain URLs; see apt-transport-mirror(1) for the lists of mirrors. */
async function expandAptUri(uri: string): Promise<string[]> {
  if (/^(https?|file):/.test(uri)) return [folder(uri)];
  if (uri.startsWith("copy:")) return [folder(uri.replace("copy:", "file:"))];
  if (!uri.startsWith("mirror+file:")) return [];
  const list = await readFile(fileURLToPath(uri.slice("mirror+".length).replace(/\/$/, "")), "utf8");
  const mirrors = list.split("\n").map((line) => line.trim().split(/\s/)[0] ?? "");
  return mirrors.filter((mirror) => /^(https?|file):/.test(mirror)).map(folder);
}

/** Proxies by the URL's protocol. apt has them apart from the standard variables. */
async function aptProxies(clients: Clients): Promise<Record<string, string>> {
  const settings = await clients.ask("apt-config", ["dump", "--format", "%F %v%n"]);
  const proxies: Record<string, string> = {};
  for (const [, scheme, value] of settings.matchAll(/^Acquire::(https?)::Proxy (\S+)$/gim)) {
    proxies[`${scheme?.toLowerCase()}:`] = value as string;
  }
  return proxies;
}

/** A registry serves the tarball at this path by convention; the metadata that would name it may name another host. */
async function locateNpm(spec: string, _: LockedSource, { clients }: Surroundings): Promise<Location[]> {
  const [, scope, name, version] = /^(?:(@[\w.-]+)\/)?([\w.-]+)@([\w.+-]+)$/.exec(spec) ?? [];
  if (!name) throw new PlaceFailure("it is not NAME@VERSION of an npm package");
  const scoped = scope ? await clients.ask("npm", ["config", "get", `${scope}:registry`]) : "undefined";
  const registry = scoped !== "undefined" ? scoped : await clients.ask("npm", ["config", "get", "registry"]);
  const directory = scope ? `${scope}/${name}` : name;
  return [{ url: parseUrl(`${directory}/-/${name}-${version}.tgz`, folder(registry)) }];
}

/** The GOPROXY protocol, see https://go.dev/ref/mod#goproxy-protocol; `direct` would need a version control system. */
async function locateGo(spec: string, _: LockedSource, { clients }: Surroundings): Promise<Location[]> {
  const [, module, version] = /^([\w.~/-]+)@(v[\w.+-]+)$/.exec(spec) ?? [];
  if (!module || !version) throw new PlaceFailure("it is not MODULE@VERSION of a Go module");
  const escaped = (text: string) => text.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
  const setting = await clients.ask("go", ["env", "GOPROXY"], { env: { GOTOOLCHAIN: "local" } });
  const proxies = setting.split(/[,|]/).filter((proxy) => proxy !== "direct" && proxy !== "off");
  return proxies.map((proxy) => ({
    url: parseUrl(`${escaped(module)}/@v/${escaped(version)}.zip`, folder(proxy)),
  }));
}

/** The simple repository API, https://packaging.python.org/en/latest/specifications/simple-repository-api/ */
async function locatePypi(
  spec: string,
  _: LockedSource,
  { clients, read }: Surroundings,
): Promise<Location[]> {
  const [, name, file] = /^([\w.-]+)@[\w.+!-]+\/([\w.+!-]+)$/.exec(spec) ?? [];
  if (!name || !file) throw new PlaceFailure("it is not NAME@VERSION/FILE of PyPI");
  const index = await pipIndex(clients);
  const project = name.toLowerCase().replace(/[-_.]+/g, "-");
  const accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5";
  const page = await read(parseUrl(`${project}/`, folder(index)), accept);
  const link = page.text.trimStart().startsWith("{")
    ? linkInJson(page.text, file)
    : linkInHtml(page.text, file);
  if (!link) throw new PlaceFailure(`the index has no such file of ${name}`);
  return [{ url: parseUrl(link, page.url.href) }];
}

/** pip tells the index that all of its settings lead to only in its help text. */
async function pipIndex(clients: Clients): Promise<string> {
  const help = await clients
    .ask("python3", ["-m", "pip", "download", "--help"], { env: { COLUMNS: "9999" } })
    .catch((error) => {
      const missing = /not installed|No module named pip/.test(error.message);
      throw missing ? new PlaceFailure("it needs pip, which is not installed") : error;
    });
  const [, index] = /--index-url <url>.*?\(default ([^)\s]+)\)/.exec(help) ?? [];
  if (!index) throw new PlaceFailure("pip does not tell which index it uses");
  if (index.includes(":****@"))
    throw new PlaceFailure("pip's index needs a password, which pip does not tell");
  return index;
}

function linkInJson(text: string, file: string): string | undefined {
  const { files } = JSON.parse(text) as { files: { filename: string; url: string }[] };
  return files.find((one) => one.filename === file)?.url;
}

function linkInHtml(text: string, file: string): string | undefined {
  for (const [, link, label] of text.matchAll(/<a\s[^>]*href="([^"]+)"[^>]*>([^<]*)<\/a>/gi)) {
    if (label?.trim() === file) return link?.replaceAll("&amp;", "&");
  }
  return undefined;
}

/** The index's `dl` template, see https://doc.rust-lang.org/cargo/reference/registry-index.html#index-configuration */
async function locateCrate(
  spec: string,
  source: LockedSource,
  { clients }: Surroundings,
): Promise<Location[]> {
  const [, crate, version] = /^([\w-]+)@([\w.+-]+)$/.exec(spec) ?? [];
  if (!crate || !version) throw new PlaceFailure("it is not NAME@VERSION of a crate");
  const template = await clients.once("cargo's downloads", () => cargoDownloads(clients, crate));
  const values: Record<string, string> = {
    crate,
    version,
    prefix: indexPrefix(crate),
    lowerprefix: indexPrefix(crate.toLowerCase()),
    "sha256-checksum": source.sha256,
  };
  const url = template.replace(/\{([\w-]+)\}/g, (whole, name: string) => values[name] ?? whole);
  return [{ url: parseUrl(url === template ? `${template}/${crate}/${version}/download` : url) }];
}

function indexPrefix(crate: string): string {
  if (crate.length <= 2) return String(crate.length);
  if (crate.length === 3) return `3/${crate[0]}`;
  return `${crate.slice(0, 2)}/${crate.slice(2, 4)}`;
}

/**
 * cargo has no command that names its registry. So it resolves a crate for an empty home that holds nothing
 * but the user's settings, and leaves there the configuration of the one index that they lead to.
 */
async function cargoDownloads(clients: Clients, crate: string): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "stagex-cargo-"));
  try {
    await mkdir(join(scratch, "home"));
    for (const name of ["config.toml", "config", "credentials.toml"]) {
      const own = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), name);
      await copyFile(own, join(scratch, "home", name)).catch(() => {});
    }
    const manifest = `[package]\nname = "locate"\nversion = "0.0.0"\n[lib]\npath = "lib.rs"\n[dependencies]\n${crate} = "*"\n`;
    await writeFile(join(scratch, "Cargo.toml"), manifest);
    await writeFile(join(scratch, "lib.rs"), "");
    const env = { CARGO_HOME: join(scratch, "home"), CARGO_REGISTRIES_CRATES_IO_PROTOCOL: "sparse" };
    // It may well fail, say because the crate's versions were all yanked; the configuration is what counts.
    const failure = await clients
      .run("cargo", ["generate-lockfile"], { env, cwd: scratch })
      .catch((error) => error);
    const downloads = await readDownloads(join(scratch, "home/registry/index"));
    if (downloads) return downloads;
    throw failure instanceof Error
      ? failure
      : new PlaceFailure("cargo's settings lead to no sparse registry");
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function readDownloads(indexes: string): Promise<string | undefined> {
  for (const index of await readdir(indexes).catch(() => [])) {
    const config = await readFile(join(indexes, index, "config.json"), "utf8").catch(() => undefined);
    if (config) return (JSON.parse(config) as { dl: string }).dl;
  }
  return undefined;
}

/** A folder's URL ends in a slash, so that what is resolved against it lies inside. */
const folder = (url: string): string => (url.endsWith("/") ? url : `${url}/`);

function parseUrl(text: string, base?: string): URL {
  if (!URL.canParse(text, base)) throw new PlaceFailure(`${base ?? text} is no URL`);
  const url = new URL(text, base);
  if (["http:", "https:", "file:"].includes(url.protocol)) return url;
  throw new PlaceFailure(`${url.protocol} URLs are not supported`);
}
