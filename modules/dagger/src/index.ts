export { DaggerExecutor, type DaggerOptions } from "./executor.ts";
