/** What is told of a pallet: bills of materials and provenance. Apart from the rest, so that a check does not load it. */
export * from "./provenance.ts";
export { billOf } from "./sbom/bill.ts";
export { cyclonedx } from "./sbom/cyclonedx.ts";
export { spdx } from "./sbom/spdx.ts";
