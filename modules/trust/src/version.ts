/** What documents name as the program that wrote them: the version in package.json. */
export const TOOL = { name: "stagex", version: "0.1.0" } as const;

/** Beginning of the names of what is our own in other people's formats. */
export const URN = "urn:stagex";
