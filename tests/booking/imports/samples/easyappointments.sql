-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: easyappointments
-- ------------------------------------------------------
-- Sample data, made by hand in the format of the real thing.

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!50503 SET NAMES utf8mb4 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;

DROP TABLE IF EXISTS `ea_appointments`;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `ea_appointments` (
  `id` int NOT NULL AUTO_INCREMENT,
  `create_datetime` datetime DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `book_datetime` datetime DEFAULT NULL,
  `start_datetime` datetime DEFAULT NULL,
  `end_datetime` datetime DEFAULT NULL,
  `location` text,
  `meeting_link` text,
  `notes` text,
  `hash` text,
  `color` varchar(256) DEFAULT '#7cbae8',
  `status` varchar(512) DEFAULT '',
  `is_unavailability` tinyint DEFAULT '0',
  `id_users_provider` int DEFAULT NULL,
  `id_users_customer` int DEFAULT NULL,
  `id_services` int DEFAULT NULL,
  `id_google_calendar` text,
  `id_caldav_calendar` text,
  PRIMARY KEY (`id`),
  KEY `id_users_provider` (`id_users_provider`),
  CONSTRAINT `appointments_services` FOREIGN KEY (`id_services`) REFERENCES `ea_services` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=9 DEFAULT CHARSET=utf8mb4;

LOCK TABLES `ea_appointments` WRITE;
/*!40000 ALTER TABLE `ea_appointments` DISABLE KEYS */;
INSERT INTO `ea_appointments` VALUES (1,'2029-12-01 10:00:00','2029-12-01 10:00:00','2029-12-01 10:00:00','2029-12-10 10:00:00','2029-12-10 10:45:00',NULL,NULL,'','aaaaaaaaaaa1','#7cbae8','Booked',0,2,4,1,NULL,NULL),(2,'2029-12-20 10:00:00','2029-12-20 10:00:00','2029-12-20 10:00:00','2030-01-08 10:00:00','2030-01-08 10:45:00',NULL,NULL,'Wants the room with the \"window\"; it\'s quiet\r\nSecond line','aaaaaaaaaaa2','#7cbae8','Confirmed',0,2,4,1,NULL,NULL),(3,'2029-12-20 10:00:00','2029-12-20 10:00:00','2029-12-20 10:00:00','2030-01-08 10:30:00','2030-01-08 11:15:00',NULL,NULL,NULL,'aaaaaaaaaaa3','#7cbae8','Booked',0,2,5,1,NULL,NULL),(4,'2029-12-20 10:00:00','2029-12-20 10:00:00','2029-12-20 10:00:00','2030-01-08 11:00:00','2030-01-08 11:45:00',NULL,NULL,NULL,'aaaaaaaaaaa4','#7cbae8','Cancelled',0,2,5,1,NULL,NULL);
INSERT INTO `ea_appointments` VALUES (5,'2029-12-20 10:00:00','2029-12-20 10:00:00','2029-12-20 10:00:00','2030-01-09 09:00:00','2030-01-09 10:30:00',NULL,NULL,NULL,'aaaaaaaaaaa5','#7cbae8','Booked',0,3,6,2,NULL,NULL),(6,'2029-12-20 10:00:00','2029-12-20 10:00:00','2029-12-20 10:00:00','2030-01-10 14:00:00','2030-01-10 16:00:00',NULL,NULL,'Training','aaaaaaaaaaa6','#7cbae8','',1,2,NULL,NULL,NULL,NULL),(7,'2029-12-20 10:00:00','2029-12-20 10:00:00','2029-12-20 10:00:00','2030-01-11 10:00:00','2030-01-11 10:20:00',NULL,NULL,NULL,'aaaaaaaaaaa7','#7cbae8','Booked',0,3,4,4,NULL,NULL);
/*!40000 ALTER TABLE `ea_appointments` ENABLE KEYS */;
UNLOCK TABLES;

CREATE TABLE `ea_blocked_periods` (
  `id` int NOT NULL AUTO_INCREMENT,
  `create_datetime` datetime DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `name` varchar(256) DEFAULT NULL,
  `start_datetime` datetime DEFAULT NULL,
  `end_datetime` datetime DEFAULT NULL,
  `notes` text,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `ea_blocked_periods` VALUES (1,NULL,NULL,'Renovation','2030-02-04 00:00:00','2030-02-05 23:59:00',NULL),(2,NULL,NULL,'Team meeting','2030-01-14 09:00:00','2030-01-14 10:00:00',NULL);

CREATE TABLE `ea_roles` (
  `id` int NOT NULL AUTO_INCREMENT,
  `name` varchar(256) DEFAULT NULL,
  `slug` varchar(256) DEFAULT NULL,
  `is_admin` tinyint DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `ea_roles` VALUES (1,'Administrator','admin',1),(2,'Provider','provider',0),(3,'Customer','customer',0),(4,'Secretary','secretary',0);

CREATE TABLE `ea_services` (
  `id` int NOT NULL AUTO_INCREMENT,
  `create_datetime` datetime DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `name` varchar(256) DEFAULT NULL,
  `duration` int DEFAULT NULL,
  `price` decimal(10,2) DEFAULT NULL,
  `currency` varchar(32) DEFAULT NULL,
  `description` text,
  `slot_interval` int DEFAULT '15',
  `location` text,
  `color` varchar(256) DEFAULT '#7cbae8',
  `attendants_number` int DEFAULT '1',
  `is_private` tinyint DEFAULT '0',
  `id_service_categories` int DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `ea_services` VALUES (1,NULL,NULL,'Physiothérapie, première visite',45,110.00,'CAD','<p>We look at you &amp; plan.</p><p>Bring comfortable clothes.</p>',15,'1 Sample Street, Toronto','#7cbae8',1,0,NULL),(2,NULL,NULL,'Massage',58,90.50,'$','',15,'1 Sample Street, Toronto','#7cbae8',1,0,NULL),(3,NULL,NULL,'Yoga class',60,0.00,'',NULL,30,NULL,'#7cbae8',8,1,NULL),(4,NULL,NULL,'Phone call',20,0.00,'',NULL,15,NULL,'#7cbae8',1,0,NULL),(5,NULL,NULL,'Nobody does this',30,0.00,'',NULL,15,NULL,'#7cbae8',1,0,NULL);

CREATE TABLE `ea_services_providers` (
  `id_users` int NOT NULL,
  `id_services` int NOT NULL,
  PRIMARY KEY (`id_users`,`id_services`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `ea_services_providers` VALUES (2,1),(2,3),(3,2),(3,4);

CREATE TABLE `ea_settings` (
  `id` int NOT NULL AUTO_INCREMENT,
  `create_datetime` datetime DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `name` varchar(512) DEFAULT NULL,
  `value` longtext,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `ea_settings` VALUES (1,NULL,NULL,'company_name','Sample Clinic \'North\''),(2,NULL,NULL,'company_email','reception@example.com'),(3,NULL,NULL,'company_link','https://example.com'),(4,NULL,NULL,'book_advance_timeout','90'),(5,NULL,NULL,'future_booking_limit','90'),(6,NULL,NULL,'default_timezone','America/Toronto'),(7,NULL,NULL,'default_language','english');

CREATE TABLE `ea_user_settings` (
  `id_users` int NOT NULL,
  `username` varchar(256) DEFAULT NULL,
  `password` varchar(512) DEFAULT NULL,
  `salt` varchar(512) DEFAULT NULL,
  `working_plan` text,
  `working_plan_exceptions` text,
  `notifications` tinyint DEFAULT NULL,
  `google_sync` tinyint DEFAULT NULL,
  PRIMARY KEY (`id_users`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `ea_user_settings` VALUES (1,'admin','x','y',NULL,NULL,1,0),(2,'first','x','y','{\"sunday\":null,\"monday\":{\"start\":\"09:00\",\"end\":\"17:00\",\"breaks\":[{\"start\":\"12:00\",\"end\":\"12:30\"}]},\"tuesday\":{\"start\":\"09:00\",\"end\":\"17:00\",\"breaks\":[]},\"wednesday\":null,\"thursday\":{\"start\":\"09:00\",\"end\":\"17:00\",\"breaks\":[]},\"friday\":{\"start\":\"09:02\",\"end\":\"12:00\",\"breaks\":[]},\"saturday\":null}','{\"2030-01-15\":{\"start\":\"11:00\",\"end\":\"18:00\",\"breaks\":[]},\"2029-01-16\":null}',1,1),(3,'second','x','y','{\"monday\":{\"start\":\"08:00\",\"end\":\"12:00\",\"breaks\":[]},\"wednesday\":{\"start\":\"08:00\",\"end\":\"23:59\",\"breaks\":[]},\"friday\":{\"start\":\"08:00\",\"end\":\"12:00\",\"breaks\":[]}}','{}',1,0);

CREATE TABLE `ea_users` (
  `id` int NOT NULL AUTO_INCREMENT,
  `create_datetime` datetime DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `first_name` varchar(256) DEFAULT NULL,
  `last_name` varchar(512) DEFAULT NULL,
  `email` varchar(512) DEFAULT NULL,
  `mobile_number` varchar(128) DEFAULT NULL,
  `phone_number` varchar(128) DEFAULT NULL,
  `address` varchar(256) DEFAULT NULL,
  `city` varchar(256) DEFAULT NULL,
  `state` varchar(128) DEFAULT NULL,
  `zip_code` varchar(64) DEFAULT NULL,
  `notes` text,
  `timezone` varchar(256) DEFAULT 'UTC',
  `language` varchar(256) DEFAULT 'english',
  `custom_field_1` text,
  `is_private` tinyint DEFAULT '0',
  `id_roles` int DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `ea_users` VALUES (1,NULL,NULL,'Sample','Admin','admin@example.com',NULL,'416 555 0100',NULL,NULL,NULL,NULL,NULL,'America/Toronto','english',NULL,0,1),(2,NULL,NULL,'Sample','Practitioner A','a@example.com',NULL,'416 555 0101','2 Home Street','Toronto',NULL,NULL,NULL,'America/Toronto','english',NULL,0,2),(3,NULL,NULL,'Sample','Practitioner B','b@example.com',NULL,'416 555 0102',NULL,NULL,NULL,NULL,NULL,'UTC','english',NULL,0,2),(4,NULL,NULL,'Sample','Patient 1','sample.patient.1@example.com',NULL,'416 555 0111',NULL,NULL,NULL,NULL,NULL,'America/Toronto','french','A field',0,3),(5,NULL,NULL,'Sample','Patient 2','sample.patient.2@example.com',NULL,'12',NULL,NULL,NULL,NULL,NULL,'America/Toronto','english',NULL,0,3),(6,NULL,NULL,'Sample','Patient 3','',NULL,'416 555 0113',NULL,NULL,NULL,NULL,NULL,'America/Toronto','english',NULL,0,3),(7,NULL,NULL,'Sample','Patient 4','sample.patient.4@example.com',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'UTC','english',NULL,0,3);

CREATE TABLE `ea_working_plan_exceptions` (
  `id` int NOT NULL AUTO_INCREMENT,
  `start_date` date NOT NULL,
  `end_date` date NOT NULL,
  `start_time` time DEFAULT NULL,
  `end_time` time DEFAULT NULL,
  `breaks` text,
  `id_users_provider` int NOT NULL,
  `create_datetime` datetime DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `ea_working_plan_exceptions` VALUES (1,'2030-01-16','2030-01-18',NULL,NULL,NULL,3,NULL,NULL);

-- Dump completed on 2030-01-01 12:00:00
