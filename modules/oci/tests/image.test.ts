import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../src/canonical-json.ts";
import { describeImage, type ImageSpec } from "../src/index.ts";
import { helloSpec, layerOfBytes } from "./fixture.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const parse = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString("utf8"));
const layer = layerOfBytes(Buffer.from("layer"), "tinycc 0.9.27");
const other = layerOfBytes(Buffer.from("other"), "musl 1.2.5");

describe("canonical JSON", () => {
  test("says the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: "medium" }), (value) => {
        expect(JSON.parse(canonicalJson(value as never))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("does not depend on the order of members", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });

  test("sorts members as RFC 8785 does, even where they look like numbers", () => {
    expect(canonicalJson({ "\u20ac": 1, 9: 2, 10: [{ b: null, a: true }], "\ud83d\ude00": "\n" })).toBe(
      '{"10":[{"a":true,"b":null}],"9":2,"\u20ac":1,"\ud83d\ude00":"\\n"}',
    );
  });
});

describe("the description of an image", () => {
  const spec: ImageSpec = {
    name: "tinycc",
    version: "0.9.27",
    description: "Small C compiler",
    licenses: "LGPL-2.1-or-later",
    platform: "linux/386",
    epoch: 1_767_225_600,
    layers: [other, layer],
    entrypoint: ["/usr/bin/tcc"],
    cmd: ["-v"],
    env: { PATH: "/usr/bin", LC_ALL: "C" },
    workdir: "/src",
    labels: { "org.example.team": "compilers" },
    annotations: { "org.opencontainers.image.url": "https://example.org/" },
  };
  const image = describeImage(spec);
  const standard = {
    "org.opencontainers.image.created": "2026-01-01T00:00:00Z",
    "org.opencontainers.image.description": "Small C compiler",
    "org.opencontainers.image.licenses": "LGPL-2.1-or-later",
    "org.opencontainers.image.title": "tinycc",
    "org.opencontainers.image.version": "0.9.27",
  };

  test("has the config of config.md", () => {
    expect(parse(image.config.bytes)).toEqual({
      created: "2026-01-01T00:00:00Z",
      os: "linux",
      architecture: "386",
      config: {
        Entrypoint: ["/usr/bin/tcc"],
        Cmd: ["-v"],
        Env: ["LC_ALL=C", "PATH=/usr/bin"],
        WorkingDir: "/src",
        Labels: { ...standard, "org.example.team": "compilers" },
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${other.digest}`, `sha256:${layer.digest}`] },
      history: [
        { created: "2026-01-01T00:00:00Z", created_by: "musl 1.2.5" },
        { created: "2026-01-01T00:00:00Z", created_by: "tinycc 0.9.27" },
      ],
    });
  });

  test("has the manifest of manifest.md", () => {
    expect(parse(image.manifest.bytes)).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest: `sha256:${sha256(image.config.bytes)}`,
        size: image.config.bytes.length,
      },
      layers: [other, layer].map(({ digest, size }) => ({
        mediaType: "application/vnd.oci.image.layer.v1.tar",
        digest: `sha256:${digest}`,
        size,
      })),
      annotations: { ...standard, "org.opencontainers.image.url": "https://example.org/" },
    });
  });

  test("has the index of image-index.md", () => {
    expect(parse(image.index)).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: `sha256:${image.digest}`,
          size: image.manifest.bytes.length,
          platform: { os: "linux", architecture: "386" },
          annotations: { "org.opencontainers.image.ref.name": "tinycc" },
        },
      ],
    });
  });

  test("is named by the digest of its manifest", () => {
    expect(image.digest).toBe(sha256(image.manifest.bytes));
  });

  test("never changes for the same spec", () => {
    expect(image.digest).toBe("9043f7fd344c2d900ad15e43ea9524daacdcd7856716277a9b48a375323b57ec");
  });

  test("leaves out what the spec does not say", () => {
    const bare = describeImage({ name: "bare", platform: "linux/amd64", epoch: 0, layers: [layer] });
    expect(parse(bare.config.bytes)).toEqual({
      created: "1970-01-01T00:00:00Z",
      os: "linux",
      architecture: "amd64",
      config: {
        Labels: {
          "org.opencontainers.image.created": "1970-01-01T00:00:00Z",
          "org.opencontainers.image.title": "bare",
        },
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${layer.digest}`] },
      history: [{ created: "1970-01-01T00:00:00Z", created_by: "tinycc 0.9.27" }],
    });
  });

  test("carries a platform's variant in config and index", () => {
    const arm = describeImage({ ...spec, platform: "linux/arm/v7" });
    const platform = { os: "linux", architecture: "arm", variant: "v7" };
    expect(parse(arm.config.bytes)).toMatchObject(platform);
    expect(parse(arm.index).manifests[0].platform).toEqual(platform);
  });

  test("gives a layer that two images share one digest", () => {
    const digests = (one: ImageSpec) =>
      parse(describeImage(one).manifest.bytes).layers.map((part: { digest: string }) => part.digest);
    expect(digests({ ...spec, name: "pallet-a", layers: [layer] })[0]).toBe(digests(spec)[1]);
  });

  test.each([
    [{ platform: "linux" }, 'its platform is "linux"'],
    [{ platform: "linux/arm/v7/x" }, 'its platform is "linux/arm/v7/x"'],
    [{ platform: "linux/arm/" }, 'its platform is "linux/arm/"'],
    [{ name: "Tiny" }, "it is no image name"],
    [{ name: "../tiny" }, "it is no image name"],
    [{ layers: [] }, "it has no layer"],
    [{ workdir: "src" }, 'its working directory "src" is not absolute'],
    [{ env: { "A=B": "" } }, '"A=B" is no variable'],
    [{ env: { A: "\0" } }, '"A" is no variable'],
    [{ epoch: -1 }, "its epoch is -1"],
  ])("refuses %j", (change: Partial<ImageSpec>, reason) => {
    expect(() => describeImage({ ...spec, ...change })).toThrow(
      `Cannot describe image "${change.name ?? "tinycc"}": because ${reason}`,
    );
  });
});

describe("the bytes of an image", () => {
  const texts = fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => !/[=\0]/.test(name)),
    fc.stringMatching(/^[^\0]*$/),
    { noNullPrototype: true },
  );
  const words = fc.array(fc.string());
  const specs: fc.Arbitrary<ImageSpec> = fc.record(
    {
      name: fc.constantFrom("a", "tiny-cc", "gcc_14"),
      version: fc.string(),
      description: fc.string(),
      licenses: fc.constantFrom("MIT", "GPL-3.0-or-later"),
      platform: fc.constantFrom("linux/386", "linux/amd64", "linux/arm/v7"),
      epoch: fc.integer({ min: 0, max: 4_000_000_000 }),
      layers: fc.uniqueArray(fc.constantFrom(layer, other), { minLength: 1 }),
      entrypoint: words,
      cmd: words,
      env: texts,
      workdir: fc.constantFrom("/", "/src"),
      labels: texts,
      annotations: texts,
    },
    { requiredKeys: ["name", "platform", "epoch", "layers"] },
  );
  const reversed = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, one]) => [name, reversed(one)]),
    );
  };

  test("are equal for equal specs", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        expect(describeImage(reversed(spec) as ImageSpec)).toEqual(describeImage(spec));
      }),
    );
  });

  test("differ when one member differs", () => {
    // Not said and empty are one thing for these two alone: each always holds the standard keys.
    const said = (spec: ImageSpec, name: keyof ImageSpec) =>
      spec[name] ?? (name === "labels" || name === "annotations" ? {} : undefined);
    const members = fc.constantFrom(
      ...(Object.keys(helloSpec()) as (keyof ImageSpec)[]),
      "cmd",
      "labels",
      "annotations",
    );
    fc.assert(
      fc.property(specs, specs, members, (one, two, name) => {
        fc.pre(!isDeepStrictEqual(said(one, name), said(two, name)));
        expect(describeImage({ ...one, [name]: two[name] } as ImageSpec).digest).not.toBe(
          describeImage(one).digest,
        );
      }),
    );
  });

  test.each<Partial<ImageSpec>>([
    { name: "hallo" },
    { version: "1.1" },
    { description: "Says hallo" },
    { licenses: "ISC" },
    { platform: "linux/amd64" },
    { epoch: 1 },
    { layers: [layer] },
    { entrypoint: ["/usr/bin/hello", "-v"] },
    { cmd: ["x"] },
    { env: {} },
    { workdir: "/usr" },
    { labels: { a: "b" } },
    { annotations: { a: "b" } },
  ])("differ when %j is the only change", (change) => {
    expect(describeImage(helloSpec(change)).digest).not.toBe(describeImage(helloSpec()).digest);
  });
});
