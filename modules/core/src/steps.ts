/** Steps as the lock holds them, and as processes get them. */
import { sortMembers } from "./json.ts";
import type { LockedStep } from "./lock.ts";

/** A step's argument as the process gets it. */
export const argumentOf = (argument: string | string[]): string =>
  typeof argument === "string" ? argument : argument.join("\n");

/** The inverse of {@link argumentOf}: several lines become a list. */
export const linesOf = (argument: string): string | string[] =>
  argument.includes("\n") ? argument.split("\n") : argument;

/** A step with its members in the lock's order, however the object was made. */
export const orderStep = ({ argv, env, cwd }: LockedStep): LockedStep => ({
  argv,
  ...(env && { env: sortMembers(env) }),
  ...(cwd !== undefined && { cwd }),
});
