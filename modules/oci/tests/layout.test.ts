import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  blobPath,
  checkLayout,
  describeImage,
  type ImageSpec,
  mediaType,
  writeLayout,
} from "../src/index.ts";
import { helloSpec, layerOfBytes, scratch } from "./fixture.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Every file below a directory, with its bytes. */
const contents = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(directory.length + 1), readFileSync(path).toString("base64")]),
  );

/** Puts something else where a file is. */
function swap(path: string, put: (path: string) => void): void {
  rmSync(path);
  put(path);
}

const linkTo = (path: string) => symlinkSync("/etc/passwd", path);
const makeFifo = (path: string) => execFileSync("mkfifo", [path]);

/** Adds a blob to a layout. @returns its descriptor. */
function addBlob(layout: string, type: string, content: string | Uint8Array): Entry {
  const bytes = Buffer.from(content);
  writeFileSync(join(layout, blobPath(sha256(bytes))), bytes);
  return { mediaType: type, digest: `sha256:${sha256(bytes)}`, size: bytes.length };
}

type Entry = Record<string, unknown>;

/** Changes the index's one entry, and adds others. */
function changeIndex(layout: string, change: (entry: Entry) => Entry, ...more: Entry[]): void {
  const path = join(layout, "index.json");
  const index = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...index, manifests: [change(index.manifests[0]), ...more] }));
}

/** Changes members of the image's manifest, with all digests on the way to it put right. */
function replaceManifest(layout: string, members: Entry): void {
  changeIndex(layout, (entry) => {
    const path = join(layout, blobPath(String(entry.digest).slice("sha256:".length)));
    return addBlob(
      layout,
      mediaType.manifest,
      JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...members }),
    );
  });
}

describe("writing a layout", () => {
  test("gives the files of the specification, and Docker's", async () => {
    const directory = join(scratch(), "hello");
    const spec = helloSpec();
    const image = await writeLayout(directory, spec);
    expect(Object.keys(contents(directory)).sort()).toEqual([
      ...[spec.layers[0]?.digest, image.config.digest, image.manifest.digest]
        .map((digest) => `blobs/sha256/${digest}`)
        .sort(),
      "index.json",
      "manifest.json",
      "oci-layout",
    ]);
    expect(readFileSync(join(directory, "oci-layout"), "utf8")).toBe('{"imageLayoutVersion":"1.0.0"}');
  });

  test("gives the same bytes everywhere and always", async () => {
    const [one, two] = [join(scratch(), "one"), join(scratch(), "deeply/nested/two")];
    await writeLayout(one, helloSpec());
    await writeLayout(two, helloSpec());
    expect(contents(two)).toEqual(contents(one));
  });

  test("gives two images that share a layer the same blob", async () => {
    const directory = scratch();
    const [shared, own] = [layerOfBytes(Buffer.from("shared")), layerOfBytes(Buffer.from("own"))];
    await writeLayout(join(directory, "a"), helloSpec({ name: "a", layers: [shared] }));
    await writeLayout(join(directory, "b"), helloSpec({ name: "b", layers: [shared, own] }));
    for (const name of ["a", "b"]) {
      expect(readFileSync(join(directory, name, blobPath(shared.digest)), "utf8")).toBe("shared");
    }
  });

  test("takes a layer that occurs twice", async () => {
    const layer = layerOfBytes(Buffer.from("twice"));
    const directory = join(scratch(), "hello");
    await writeLayout(directory, helloSpec({ layers: [layer, layer] }));
    expect(checkLayout(directory)).toMatchObject([{ layers: [{ size: 5 }, { size: 5 }] }]);
  });

  test("replaces an older layout whole", async () => {
    const directory = join(scratch(), "hello");
    await writeLayout(directory, helloSpec({ layers: [layerOfBytes(Buffer.from("old"))] }));
    const image = await writeLayout(directory, helloSpec());
    expect(Object.keys(contents(directory))).toHaveLength(6);
    expect(checkLayout(directory)).toMatchObject([{ digest: image.digest }]);
  });

  test("does not replace a directory that holds something else", async () => {
    const directory = scratch();
    writeFileSync(join(directory, "thesis.txt"), "years of work");
    await expect(writeLayout(directory, helloSpec())).rejects.toThrow(
      `Cannot write image layout ${directory}: because the directory holds something else\nName a new directory, or empty this one.`,
    );
    expect(readdirSync(directory)).toEqual(["thesis.txt"]);
  });

  test.each<[string, string]>([
    ["other bytes", "other"],
    ["fewer bytes", "lay"],
    ["more bytes", "layer and more"],
  ])("refuses a layer whose tar gives %s, and leaves what was there", async (_, given) => {
    const parent = scratch();
    const directory = join(parent, "hello");
    const before = await writeLayout(directory, helloSpec());
    const layer = {
      ...layerOfBytes(Buffer.from("layer"), "tinycc 0.9.27"),
      tar: () => Readable.from([Buffer.from(given)]),
    };
    await expect(writeLayout(directory, helloSpec({ layers: [layer] }))).rejects.toThrow(
      `Cannot write the layer of tinycc 0.9.27: because its bytes are not those of tree ${layer.digest}`,
    );
    expect(readdirSync(parent)).toEqual(["hello"]);
    expect(checkLayout(directory)).toMatchObject([{ digest: before.digest }]);
  });

  test("names the directory when the file system refuses", async () => {
    const file = join(scratch(), "file");
    writeFileSync(file, "");
    await expect(writeLayout(join(file, "hello"), helloSpec())).rejects.toThrow(
      `Cannot write image layout ${file}/hello: because EEXIST`,
    );
  });

  test("by several at once leaves one whole layout", async () => {
    const parent = scratch();
    const directory = join(parent, "hello");
    const versions = ["1", "2", "3", "4", "5", "6", "7", "8"];
    await Promise.all(versions.map((version) => writeLayout(directory, helloSpec({ version }))));
    const digests = versions.map((version) => describeImage(helloSpec({ version })).digest);
    expect(digests).toContain(checkLayout(directory)[0]?.digest);
    expect(readdirSync(parent)).toEqual(["hello"]);
  });

  test("leaves no directory when it is killed, and the next one cleans up", async () => {
    const parent = scratch();
    const directory = join(parent, "hello");
    const writer = spawn(process.execPath, [
      "--import",
      "tsx",
      join(import.meta.dirname, "stuck-writer.ts"),
      directory,
    ]);
    await once(writer.stdout, "data");
    expect(readdirSync(parent)).toEqual([expect.stringMatching(/^\.hello\.partial-/)]);
    writer.kill("SIGKILL");
    await once(writer, "exit");
    expect(existsSync(directory)).toBe(false);

    await writeLayout(directory, helloSpec());
    expect(readdirSync(parent)).toEqual(["hello"]);
  });
});

describe("checking a layout", () => {
  let pristine: string;
  let image: ReturnType<typeof describeImage>;
  const spec = helloSpec();
  const layer = spec.layers[0] as ImageSpec["layers"][number];

  beforeAll(async () => {
    pristine = mkdtempSync(join(tmpdir(), "stagex-oci-pristine-"));
    image = await writeLayout(pristine, spec);
    return () => rmSync(pristine, { recursive: true });
  });

  /** A layout, spoilt. */
  const spoilt = (spoil: (layout: string) => void): string => {
    const layout = join(scratch(), "layout");
    cpSync(pristine, layout, { recursive: true });
    spoil(layout);
    return layout;
  };

  test("gives what the image is", async () => {
    expect(checkLayout(pristine)).toEqual([
      {
        digest: image.digest,
        name: "hello",
        platform: "linux/386",
        layers: [{ digest: layer.digest, size: layer.size }],
        annotations: {
          "org.opencontainers.image.created": "2026-01-01T00:00:00Z",
          "org.opencontainers.image.description": "Says hello",
          "org.opencontainers.image.licenses": "MIT",
          "org.opencontainers.image.title": "hello",
          "org.opencontainers.image.version": "1.0",
        },
      },
    ]);
  });

  test("finds any changed byte of any blob", async () => {
    const blobs = [image.manifest.digest, image.config.digest, layer.digest].map(blobPath);
    const layout = spoilt(() => {});
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...blobs),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (blob, at, mask) => {
          const whole = readFileSync(join(layout, blob));
          const changed = Buffer.from(whole);
          const position = at % changed.length;
          changed[position] = (changed[position] as number) ^ mask;
          writeFileSync(join(layout, blob), changed);
          expect(() => checkLayout(layout)).toThrow(
            `Cannot use image layout ${layout}: because ${blob} does not hold the bytes that its name promises`,
          );
          writeFileSync(join(layout, blob), whole);
        },
      ),
    );
  });

  test.each<[string, string, (layout: string) => void]>([
    ["a missing layer", "which is not there", (at) => rmSync(join(at, blobPath(layer.digest)))],
    [
      "a truncated layer",
      "does not hold the bytes",
      (at) => truncateSync(join(at, blobPath(layer.digest)), 512),
    ],
    ["no blobs", "ENOENT", (at) => rmSync(join(at, "blobs"), { recursive: true })],
    ["no index", "index.json cannot be opened as a file (ENOENT)", (at) => rmSync(join(at, "index.json"))],
    ["an index cut short", "index.json is not JSON", (at) => truncateSync(join(at, "index.json"), 100)],
    [
      "an index beyond all measure",
      "index.json is longer than 4194304 bytes",
      (at) => truncateSync(join(at, "index.json"), 2 ** 40),
    ],
    [
      "another layout version",
      "imageLayoutVersion",
      (at) => writeFileSync(join(at, "oci-layout"), '{"imageLayoutVersion":"2.0.0"}'),
    ],
    [
      "a link for a blob",
      "cannot be opened as a file (ELOOP)",
      (at) => swap(join(at, blobPath(layer.digest)), linkTo),
    ],
    ["a FIFO for a blob", "is no regular file", (at) => swap(join(at, blobPath(layer.digest)), makeFifo)],
    [
      "a directory for the index",
      "index.json is no regular file",
      (at) => swap(join(at, "index.json"), (path) => mkdirSync(path)),
    ],
    [
      "a file that is no blob",
      "does not hold the bytes",
      (at) => writeFileSync(join(at, "blobs/sha256/note"), ""),
    ],
    [
      "a wrong size",
      "index.json gives 1 bytes for",
      (at) => changeIndex(at, (entry) => ({ ...entry, size: 1 })),
    ],
    [
      "another platform in the index",
      "is for linux/386, and the index offers it for linux/arm/v7",
      (at) =>
        changeIndex(at, (entry) => ({
          ...entry,
          platform: { os: "linux", architecture: "arm", variant: "v7" },
        })),
    ],
    [
      "a digest that leads elsewhere",
      "is no sha256 digest",
      (at) => changeIndex(at, (entry) => ({ ...entry, digest: "sha256:../../../../etc/passwd" })),
    ],
    [
      "a digest of another kind",
      "is no sha256 digest",
      (at) => changeIndex(at, (entry) => ({ ...entry, digest: `md5:${"0".repeat(32)}` })),
    ],
    [
      "a layer in a manifest's place",
      "is not JSON",
      (at) => changeIndex(at, (entry) => ({ ...entry, digest: `sha256:${layer.digest}`, size: layer.size })),
    ],
  ])("finds %s", async (_, reason, spoil) => {
    const layout = spoilt(spoil);
    expect(() => checkLayout(layout)).toThrow(reason);
  });

  test("finds a diff id that is not the layer's", async () => {
    const config = Buffer.from(image.config.bytes).toString().replace(layer.digest, "0".repeat(64));
    const layout = spoilt((at) => replaceManifest(at, { config: addBlob(at, mediaType.config, config) }));
    expect(() => checkLayout(layout)).toThrow(/layer 0 of .* is not what its diff id promises/);
  });

  test("finds a layer without a diff id", async () => {
    const twice = { mediaType: mediaType.layer, digest: `sha256:${layer.digest}`, size: layer.size };
    const layout = spoilt((at) => replaceManifest(at, { layers: [twice, twice] }));
    expect(() => checkLayout(layout)).toThrow("has 2 layers, and its config has 1 diff ids");
  });

  test("refuses a manifest that is an index too", async () => {
    const layout = spoilt((at) => replaceManifest(at, { manifests: [] }));
    expect(() => checkLayout(layout)).toThrow("manifests: belongs in an index");
  });

  test("follows an index in the index", async () => {
    const layout = spoilt((at) => {
      const inner = addBlob(at, mediaType.index, readFileSync(join(at, "index.json")));
      changeIndex(at, () => inner);
    });
    expect(checkLayout(layout)).toMatchObject([{ digest: image.digest }]);
  });

  test("passes over a manifest that is no image", async () => {
    const layout = spoilt((at) => {
      const empty = addBlob(at, "application/vnd.oci.empty.v1+json", "{}");
      const note = addBlob(
        at,
        mediaType.manifest,
        JSON.stringify({ schemaVersion: 2, artifactType: "text/plain", config: empty, layers: [empty] }),
      );
      changeIndex(at, (entry) => entry, note);
    });
    expect(checkLayout(layout)).toMatchObject([{ digest: image.digest }]);
  });
});
