import { expect, test } from "vitest";
import { sourcePurl } from "../src/sbom/purl.ts";

const sha256 = "a".repeat(64);
const purlOf = (...from: string[]) => sourcePurl({ file: "dir/thing-1.tar.gz", sha256, size: 1, from });

test.each([
  ["npm:@scope/thing@1.2.3", "pkg:npm/%40scope/thing@1.2.3"],
  ["go:example.org/some/thing@v1.2.3", "pkg:golang/example.org/some/thing@v1.2.3"],
  ["crate:thing@0.4.0", "pkg:cargo/thing@0.4.0"],
  ["pypi:thing@1.0/thing-1.0.tar.gz", "pkg:pypi/thing@1.0"],
  ["debian:thing_1.orig.tar.gz", "pkg:generic/thing-1.tar.gz"],
])("%s is %s", (place, purl) => {
  expect(purlOf(place)).toBe(`${purl}?checksum=sha256%3A${sha256}`);
});

test("what has a URL tells it, and a file of this project is no package", () => {
  expect(purlOf("https://example.org/thing-1.tar.gz", "debian:x")).toContain(
    "download_url=https%3A%2F%2Fexample",
  );
  expect(purlOf("project:stages/thing.c")).toBeUndefined();
});
