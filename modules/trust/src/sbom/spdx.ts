/** SPDX 2.3 in JSON. Source: https://spdx.github.io/spdx-spec/v2.3/ */
import { type LockedSource, projectPath } from "@stagex/core";
import { TOOL, URN } from "../version.ts";
import { type Bill, type Component, urlOf } from "./bill.ts";
import { componentPurl, palletPurl, sourcePurl } from "./purl.ts";

const DOCUMENT = "SPDXRef-DOCUMENT";
const PALLET = "SPDXRef-Pallet";
/** Names of packages are in lower case, so capitals stand for what an SPDX identifier cannot hold. */
const componentId = (name: string) => `SPDXRef-Package-${name.replaceAll("+", "P").replaceAll("_", "U")}`;
const sourceId = ({ sha256 }: LockedSource) => `SPDXRef-Source-${sha256}`;

/**
 * The bill as an SPDX document. The ancestry is told by BUILD_TOOL_OF: from each package in the image it leads to the
 * seed.
 */
export function spdx(bill: Bill): object {
  const { name, image, pallet, components, sources, created, digest } = bill;
  const unknown = { licenseConcluded: "NOASSERTION", copyrightText: "NOASSERTION", filesAnalyzed: false };
  const licenses = [
    ...new Set(components.filter(({ shipped }) => shipped).map(({ locked }) => locked.license)),
  ];
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: DOCUMENT,
    name,
    documentNamespace: `${URN}:spdx:${name}:${digest}`,
    creationInfo: { created, creators: [`Tool: ${TOOL.name}-${TOOL.version}`] },
    packages: [
      {
        SPDXID: PALLET,
        name,
        versionInfo: `sha256:${image}`,
        summary: pallet.summary,
        primaryPackagePurpose: "CONTAINER",
        supplier: `Organization: ${TOOL.name}`,
        downloadLocation: "NOASSERTION",
        licenseDeclared: licenses.map(inParentheses).join(" AND "),
        ...unknown,
        checksums: sha256(image),
        externalRefs: purl(palletPurl(bill)),
      },
      ...components.map((component) => ({
        SPDXID: componentId(component.name),
        name: component.name,
        versionInfo: component.locked.version,
        summary: component.locked.summary,
        primaryPackagePurpose: "APPLICATION",
        supplier: `Organization: ${TOOL.name}`,
        downloadLocation: "NOASSERTION",
        licenseDeclared: component.locked.license,
        ...unknown,
        checksums: sha256(component.tree),
        externalRefs: purl(componentPurl(component)),
      })),
      ...sources.map((source) => ({
        SPDXID: sourceId(source),
        name: projectPath(source) ?? source.file,
        primaryPackagePurpose: "SOURCE",
        supplier: projectPath(source) === undefined ? "NOASSERTION" : `Organization: ${TOOL.name}`,
        downloadLocation: urlOf(source) ?? "NOASSERTION",
        licenseDeclared: "NOASSERTION",
        ...unknown,
        checksums: sha256(source.sha256),
        ...(source.executable && {
          comment: "Machine code that is executed as it is: a seed of the bootstrap.",
        }),
        ...externalRefs(source),
      })),
    ],
    relationships: [relationship(DOCUMENT, "DESCRIBES", PALLET), ...components.flatMap(relationsOf)],
  };
}

function relationsOf({ name, locked, shipped }: Component): object[] {
  const id = componentId(name);
  return [
    ...(shipped ? [relationship(PALLET, "CONTAINS", id)] : []),
    ...distinct(locked.inputs).map((input) => relationship(componentId(input), "BUILD_TOOL_OF", id)),
    ...distinct(locked.sources.map(sourceId)).map((source) => relationship(id, "GENERATED_FROM", source)),
  ];
}

const relationship = (from: string, relationshipType: string, to: string) => ({
  spdxElementId: from,
  relationshipType,
  relatedSpdxElement: to,
});

const distinct = (list: readonly string[]): string[] => [...new Set(list)];

const inParentheses = (license: string) => (license.includes(" ") ? `(${license})` : license);

const sha256 = (checksumValue: string) => [{ algorithm: "SHA256", checksumValue }];

const purl = (referenceLocator: string) => [
  { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator },
];

function externalRefs(source: LockedSource): { externalRefs?: object[] } {
  const locator = sourcePurl(source);
  return locator === undefined ? {} : { externalRefs: purl(locator) };
}
