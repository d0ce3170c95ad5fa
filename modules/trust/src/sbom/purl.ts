/** Package URLs (ECMA-427, https://github.com/package-url/purl-spec). */
import { type LockedSource, projectPath } from "@stagex/core";
import { PackageURL } from "packageurl-js";
import { type Bill, type Component, urlOf } from "./bill.ts";

export const palletPurl = ({ name, image }: Bill): string =>
  new PackageURL("oci", null, name, `sha256:${image}`, null, null).toString();

export const componentPurl = ({ name, locked, tree }: Component): string =>
  new PackageURL(
    "generic",
    "stagex",
    name,
    locked.version,
    { checksum: `sha256:${tree}`, platform: locked.platform },
    null,
  ).toString();

/** Purl types of the ecosystems whose packages a {@link LockedSource} can name. */
const types: Readonly<Record<string, string>> = { npm: "npm", go: "golang", crate: "cargo", pypi: "pypi" };

/** Undefined for a file of this project, which is no package of anyone. */
export function sourcePurl(source: LockedSource): string | undefined {
  if (projectPath(source) !== undefined) return undefined;
  for (const place of source.from) {
    const [, scheme = "", name = "", version = ""] = /^([a-z]+):(.+)@([^/@]+)(?:\/[^/]+)?$/.exec(place) ?? [];
    const type = types[scheme];
    if (type === undefined) continue;
    const cut = name.lastIndexOf("/");
    const namespace = cut < 0 ? null : name.slice(0, cut);
    const checksum = `sha256:${source.sha256}`;
    return new PackageURL(type, namespace, name.slice(cut + 1), version, { checksum }, null).toString();
  }
  const url = urlOf(source);
  const qualifiers = { checksum: `sha256:${source.sha256}`, ...(url && { download_url: url }) };
  const file = source.file.slice(source.file.lastIndexOf("/") + 1);
  return new PackageURL("generic", null, file, null, qualifiers, null).toString();
}
