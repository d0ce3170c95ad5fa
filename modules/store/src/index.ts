export { type FetchOptions, fetchTree, pushTree } from "./cache.ts";
export { compareTrees } from "./compare.ts";
export { type AddOptions, type Garbage, Store, type StoredTree } from "./store.ts";
export { removeTree } from "./tree.ts";
