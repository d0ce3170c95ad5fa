import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type Answer,
  BYTES,
  hasClient,
  listen,
  openCache,
  serve,
  sha256Of,
  sourceOf,
  temporary,
  whole,
} from "./support.ts";

/** The real clients run in these tests, with settings that lead to a server of the test. */
const set = vi.stubEnv;

beforeEach(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]) set(name, "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function fetched(place: string): Promise<void> {
  const cache = await openCache();
  const path = await cache.ensure(sourceOf(BYTES, place));
  expect(readFileSync(path)).toEqual(BYTES);
}

async function refusal(place: string, project = temporary()): Promise<string> {
  const cache = await openCache({ project });
  return cache.ensure(sourceOf(BYTES, place)).then(
    () => expect.fail("the file was accepted"),
    (error: Error) => error.message,
  );
}

describe("debian", () => {
  const path = "/debian/pool/main/h/hello/hello_2.10.orig.tar.gz";

  test("from the mirror that the user sets", async () => {
    const { url } = await serve({
      [path]: whole(BYTES),
      "/debian/pool/main/libz/libzip/libzip_1.9%2Bds.orig.tar.gz": whole(BYTES),
    });
    set("STAGEX_DEBIAN_MIRROR", `${url}/debian`);
    await fetched("debian:hello_2.10.orig.tar.gz");
    await fetched("debian:libzip_1.9+ds.orig.tar.gz");
  });

  test("is not led astray by its name", async () => {
    set("STAGEX_DEBIAN_MIRROR", "http://127.0.0.1:1/");
    const message = "it is not the name of a file of Debian's source archive";
    expect(await refusal("debian:../../hello_1.tar.gz")).toContain(message);
    expect(await refusal("debian:hello_1/../../x")).toContain(message);
    expect(await refusal("debian:hello")).toContain(message);
  });

  test("an impossible mirror", async () => {
    set("STAGEX_DEBIAN_MIRROR", "my mirror");
    expect(await refusal("debian:hello_2.10.orig.tar.gz")).toContain("my mirror/ is no URL");
  });

  const hasApt = hasClient("apt-config", "--version");

  /** Makes `sources` and `settings` the whole of apt's configuration. */
  function configureApt(sources: string, settings = ""): void {
    const etc = temporary();
    writeFileSync(join(etc, "sources.list"), sources);
    mkdirSync(join(etc, "none"));
    writeFileSync(
      join(etc, "apt.conf"),
      `Dir::Etc::sourcelist "${etc}/sources.list"; Dir::Etc::sourceparts "${etc}/none"; ${settings}`,
    );
    set("STAGEX_DEBIAN_MIRROR", "");
    set("APT_CONFIG", join(etc, "apt.conf"));
  }

  test.skipIf(!hasApt)(
    "from the archives that apt knows, each in turn, before any `apt-get update`",
    async () => {
      const { url, requests } = await serve({ [path]: whole(BYTES) });
      configureApt(`deb ${url}/other stable main\ndeb ${url}/debian stable main\n`);
      await fetched("debian:hello_2.10.orig.tar.gz");
      expect(requests).toEqual([path.replace("debian", "other"), path]);
    },
  );

  test.skipIf(!hasApt)("from a mirror on this disk, and from a list of mirrors", async () => {
    const disk = temporary();
    mkdirSync(join(disk, "pool/main/h/hello"), { recursive: true });
    writeFileSync(join(disk, "pool/main/h/hello/hello_2.10.orig.tar.gz"), BYTES);
    configureApt(`deb file:${disk} stable main\n`);
    await fetched("debian:hello_2.10.orig.tar.gz");

    const { url } = await serve({ [path]: whole(BYTES) });
    writeFileSync(join(disk, "mirrors.list"), `${url}/debian\tpriority:1\n`);
    configureApt(`deb mirror+file:${disk}/mirrors.list stable main\n`);
    await fetched("debian:hello_2.10.orig.tar.gz");
  });

  test.skipIf(!hasApt)("through apt's proxy", async () => {
    const asked: (string | undefined)[] = [];
    const proxy = await listen(
      createServer((request, response) => {
        asked.push(request.url);
        whole(BYTES)(request, response, 0);
      }),
    );
    configureApt("deb http://debian.invalid/debian stable main\n", `Acquire::http::Proxy "${proxy}";`);
    await fetched("debian:hello_2.10.orig.tar.gz");
    expect(asked).toEqual([`http://debian.invalid${path}`]);
  });

  test("without apt, the error says what helps", async () => {
    set("STAGEX_DEBIAN_MIRROR", "");
    set("PATH", temporary());
    expect(await refusal("debian:hello_2.10.orig.tar.gz")).toContain(
      "it needs apt-get, which is not installed; or set STAGEX_DEBIAN_MIRROR to the URL of a Debian mirror",
    );
  });
});

describe.skipIf(!hasClient("npm", "--version"))("npm", () => {
  test("from npm's registry, and from that of a scope", async () => {
    const { url } = await serve({
      "/npm/left/-/left-1.0.0.tgz": whole(BYTES),
      "/own/@my/right/-/right-1.0.0.tgz": whole(BYTES),
    });
    const settings = join(temporary(), "npmrc");
    writeFileSync(settings, `registry=${url}/npm/\n@my:registry=${url}/own\n`);
    set("NPM_CONFIG_USERCONFIG", settings);
    // Variables that a package manager running these tests sets would win over the file.
    set("npm_config_registry", undefined);
    set("NPM_CONFIG_REGISTRY", undefined);
    await fetched("npm:left@1.0.0");
    await fetched("npm:@my/right@1.0.0");
  });

  test("a version is not a range", async () => {
    expect(await refusal("npm:left@^1")).toContain("it is not NAME@VERSION of an npm package");
  });
});

describe.skipIf(!hasClient("go", "version"))("go", () => {
  test("from each of go's proxies, with upper case escaped", async () => {
    const { url, requests } = await serve({ "/b/example.org/!big/@v/v1.0.0-!r!c1.zip": whole(BYTES) });
    set("GOPROXY", `${url}/a,${url}/b|direct`);
    await fetched("go:example.org/Big@v1.0.0-RC1");
    expect(requests[0]).toBe("/a/example.org/!big/@v/v1.0.0-!r!c1.zip");
  });

  test("switched off", async () => {
    set("GOPROXY", "off");
    expect(await refusal("go:example.org/big@v1.0.0")).toContain("the settings of its client lead nowhere");
  });

  test("a place that is no module", async () => {
    expect(await refusal("go:example.org/big@latest")).toContain("it is not MODULE@VERSION of a Go module");
  });
});

describe.skipIf(!hasClient("cargo", "--version"))("crate", () => {
  function configureCargo(index: string): void {
    const home = temporary();
    writeFileSync(
      join(home, "config.toml"),
      `[source.crates-io]\nreplace-with = "mirror"\n[source.mirror]\nregistry = "sparse+${index}/"\n`,
    );
    set("CARGO_HOME", home);
  }

  const answers = (downloads: (url: string) => string) => ({
    "/index/config.json": ((request, response) => {
      response.end(JSON.stringify({ dl: downloads(`http://${request.headers.host}`) }));
    }) satisfies Answer,
  });

  test("from the registry that replaces the default one", async () => {
    const { url } = await serve({
      ...answers((host) => `${host}/files`),
      "/files/Thing/1.0.0/download": whole(BYTES),
    });
    configureCargo(`${url}/index`);
    await fetched("crate:Thing@1.0.0");
  });

  test("from a template", async () => {
    const { url } = await serve({
      ...answers((host) => `${host}/{prefix}/{lowerprefix}/{crate}-{version}.crate?{sha256-checksum}`),
      [`/Th/in/th/in/Thing-1.0.0.crate?${sha256Of(BYTES)}`]: whole(BYTES),
    });
    configureCargo(`${url}/index`);
    await fetched("crate:Thing@1.0.0");
  });

  test("an index that does not answer", async () => {
    configureCargo("http://127.0.0.1:1");
    set("CARGO_NET_RETRY", "0");
    expect(await refusal("crate:thing@1.0.0")).toContain("crate:thing@1.0.0: cargo fails: ");
  });
});

describe.skipIf(!hasClient("python3", "-m", "pip", "--version"))("pypi", () => {
  const page = "/simple/my-thing/";

  test("from an index that speaks JSON", async () => {
    const files = [{ filename: "My_Thing-1.0.tar.gz", url: "../../files/thing" }];
    const { url } = await serve({
      [page]: whole(JSON.stringify({ meta: {}, files })),
      "/files/thing": whole(BYTES),
    });
    set("PIP_INDEX_URL", `${url}/simple`);
    await fetched("pypi:My_Thing@1.0/My_Thing-1.0.tar.gz");
  });

  test("from an index that speaks HTML", async () => {
    const html = `<!DOCTYPE html><a href="/files/thing?a=1&amp;b=2#sha256=00" data-x="">My_Thing-1.0.tar.gz</a>`;
    const { url } = await serve({ [page]: whole(html), "/files/thing?a=1&b=2": whole(BYTES) });
    set("PIP_INDEX_URL", `${url}/simple/`);
    await fetched("pypi:My_Thing@1.0/My_Thing-1.0.tar.gz");
    expect(await refusal("pypi:My_Thing@2.0/My_Thing-2.0.tar.gz")).toContain(
      "the index has no such file of My_Thing",
    );
  });

  test("an index with a password, which pip hides", async () => {
    set("PIP_INDEX_URL", "http://user:secret@127.0.0.1:1/simple");
    expect(await refusal("pypi:thing@1.0/thing-1.0.tar.gz")).toContain("pip's index needs a password");
  });
});

test.each([
  ["npm:left@1.0.0", "npm"],
  ["go:example.org/big@v1.0.0", "go"],
  ["crate:thing@1.0.0", "cargo"],
  ["pypi:thing@1.0/thing-1.0.tar.gz", "pip"],
])("%s on a machine without its client", async (place, client) => {
  set("PATH", temporary());
  expect(await refusal(place)).toContain(`${place}: it needs ${client}, which is not installed`);
});

describe("project", () => {
  test("a file of the repository, in whatever folder", async () => {
    const project = temporary();
    mkdirSync(join(project, "stages/one"), { recursive: true });
    writeFileSync(join(project, "stages/one/file"), BYTES);
    const cache = await openCache({ project, offline: true });
    const path = await cache.ensure(sourceOf(BYTES, "project:stages/one/file"));
    expect(readFileSync(path)).toEqual(BYTES);
  });

  test("another file than the lock names: the lock is stale", async () => {
    const project = temporary();
    writeFileSync(join(project, "file"), "edited since");
    const message = await refusal("project:file", project);
    expect(message).toMatch(
      /^Cannot use source\.tar: because stagex\.lock names another file than the reposi/,
    );
    expect(message).toContain(`project:file: its sha256 is ${sha256Of("edited since")}, expected`);
    expect(message).toMatch(/\nThe lock is stale: run `\.\/stagex lock`\.$/);
  });

  test("nothing outside the repository, whichever way the path leads there", async () => {
    const outside = temporary();
    writeFileSync(join(outside, "file"), BYTES);
    const project = temporary();
    symlinkSync(join(outside, "file"), join(project, "link"));
    symlinkSync(outside, join(project, "folder"));
    const message = "it leads out of the repository";
    expect(await refusal("project:link", project)).toContain(message);
    expect(await refusal("project:folder/file", project)).toContain(message);
    expect(await refusal(`project:../${outside.split("/").at(-1)}/file`, project)).toContain(message);
  });

  test("no file, and a folder", async () => {
    const project = temporary();
    mkdirSync(join(project, "folder"));
    expect(await refusal("project:none", project)).toContain("project:none: there is no such file");
    expect(await refusal("project:folder", project)).toContain("project:folder: it is not a regular file");
  });
});
