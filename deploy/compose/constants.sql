-- Run once, when the volume is empty. The same names, values and texts as the embedded table has.
USE tzserver;

CREATE TABLE constants (
  Name VARCHAR(64) NOT NULL PRIMARY KEY,
  Value VARCHAR(255) NOT NULL,
  Description VARCHAR(255)
) CHARACTER SET utf8mb4;

INSERT INTO constants (Name, Value, Description) VALUES
  ('ServerStatus', '1.0', 'Server is online (1) or offline (0)'),
  ('RateExp', '1.0', 'Experience rate'),
  ('RatePvp', '1.0', 'Reward rate of battles between players'),
  ('RatePve', '1.0', 'Reward rate of battles against bots'),
  ('RateColorMob', '1.0', 'Rate at which rare enemies appear'),
  ('RateSkill', '1.0', 'Crew skill rate'),
  ('CLIENT_STATUS', '256.0', 'Client status flags');

-- The status worker reads this table and does nothing else; the image gave its user the whole database.
REVOKE ALL PRIVILEGES ON tzserver.* FROM 'tzuser'@'%';
GRANT SELECT ON tzserver.constants TO 'tzuser'@'%';
