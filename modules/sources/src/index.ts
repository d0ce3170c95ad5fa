export { type FetchOptions, type Progress, SourceCache, type SourceCacheOptions } from "./cache.ts";
