-- 0008_reserved.sql: keeps the place of another change that is on its way.
SELECT 1;
