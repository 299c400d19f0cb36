/** True in the builds that carry the simulated server: development and page tests. */
declare const __SIMULATED__: boolean;
