/** The course's age groups in their order. `+50` begins at 51; an age below 18 belongs to none. */
const ageGroups = ['18-24', '25-35', '36-50', '+50'] as const;

/** SQL of a user's age group; null for an unknown age and for one below 18. */
export const ageGroupSql = `CASE WHEN age BETWEEN 18 AND 24 THEN '18-24' WHEN age BETWEEN 25 AND 35 THEN '25-35'
      WHEN age BETWEEN 36 AND 50 THEN '36-50' WHEN age > 50 THEN '+50' END`;

/** SQL to sort by age group, from young to old. */
export const ageGroupOrderSql = `list_position([${ageGroups.map((group) => `'${group}'`).join(', ')}], age_group)`;
