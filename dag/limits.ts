/** A map runs inside its run up to this length; a longer one needs child workflows, since a history is bounded. */
export const longestMap = 500;

/** The work of all tasks that one history holds. */
export const mostInstances = 2_000;
