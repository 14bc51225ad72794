const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** First names, sorted. A person's place in the list follows how much the person posts, so names with A are the commonest. */
export const firstNames: readonly string[] = words(`
Aaron Abigail Adam Adrian Adrienne Alan Albert Alejandra Alex Alexander Alexandra Alexandria Alexis Alicia Alison Allen
Allison Alyssa Amanda Amber Amy Andrea Andrew Angela Angelica Anita Ann Anna Anne Annette Anthony April Ariana Ashley
Austin Autumn Barbara Benjamin Bernard Beth Bethany Beverly Billy Bobby Bonnie Bradley Brandi Brandon Brandy Brenda Brent
Brett Brian Briana Brittany Brooke Bruce Bryan Caitlin Calvin Cameron Carla Carlos Carmen Carol Caroline Carrie Casey
Cassandra Catherine Chad Charles Charlene Chase Chelsea Cheryl Chloe Chris Christian Christina Christine Christopher Cindy
Claire Clinton Cody Colleen Connie Connor Corey Courtney Craig Cristina Crystal Curtis Cynthia Daisy Dale Dana Daniel
Danielle Danny Darlene Darren David Dawn Deanna Debbie Deborah Debra Denise Dennis Derek Derrick Desiree Devin Diana Diane
Dominique Donald Donna Doris Dorothy Douglas Dustin Dylan Earl Eddie Edward Edwin Eileen Elaine Elizabeth Ellen Emily
Emma Eric Erica Erik Erin Ethan Eugene Evan Evelyn Faith Felicia Frances Francisco Frank Frederick Gabriel Gabrielle Gail
Gary Gavin George Gerald Gina Glen Gloria Grace Greg Gregory Hailey Hannah Harold Haley Heather Hector Heidi Helen Henry
Holly Howard Hunter Ian Isaac Isabella Ivan Jack Jackie Jackson Jacob Jacqueline Jake James Jamie Jane Janet Janice Jared
Jasmin Jason Javier Jay Jean Jeff Jeffrey Jenna Jennifer Jenny Jeremiah Jeremy Jermaine Jerry Jesse Jessica Jill Jimmy
Jo Joan Joanna Joe Joel John Johnny Jon Jonathan Jordan Jorge Jose Joseph Joshua Joyce Juan Judith Judy Julia Julian Julie
Justin Kaitlyn Kara Karen Karina Karla Katelyn Katherine Kathleen Kathryn Kathy Katie Kayla Keith Kelly Kelsey Kenneth
Kerry Kevin Kim Kimberly Kirsten Krista Kristen Kristin Kristina Kyle Larry Laura Lauren Laurie Lawrence Leah Lee Leslie
Levi Linda Lindsay Lisa Logan Lori Louis Lucas Luis Luke Lydia Lynn Mackenzie Madison Makayla Manuel Marc Marcus Margaret
Maria Mariah Marie Marissa Mark Martin Mary Mason Matthew Maureen Maurice Max Megan Melanie Melissa Melody Mercedes
Michael Michele Michelle Miguel Mike Miranda Misty Mitchell Molly Monica Morgan Nancy Natalie Natasha Nathan Nathaniel
Nicholas Nicole Nina Noah Norman Olivia Omar Oscar Paige Pamela Patricia Patrick Paul Paula Peggy Peter Philip Phillip
Preston Rachael Rachel Ralph Randall Randy Raymond Rebecca Regina Renee Rhonda Ricardo Richard Rick Riley Robert Roberta
Robin Rodney Roger Ronald Ross Roy Russell Ruth Ryan Sabrina Samantha Samuel Sandra Sara Sarah Scott Sean Seth Shane
Shannon Sharon Shaun Shawn Sheila Shelby Sheri Sherry Sierra Sonya Stacey Stacy Stephanie Stephen Steven Sue Susan Suzanne
Sydney Sylvia Tabitha Tamara Tammy Tanya Tara Taylor Teresa Terri Terry Theresa Thomas Tiffany Tim Timothy Tina Todd Tom
Tommy Toni Tony Tonya Tracey Tracy Travis Trevor Troy Tyler Tyrone Valerie Vanessa Veronica Vicki Victor Victoria Vincent
Virginia Walter Wanda Wayne Wendy Wesley Whitney William Willie Xavier Yesenia Yolanda Yvette Zachary Zoe`);

/** Last names, sorted, in the same sense. */
export const lastNames: readonly string[] = words(`
Abbott Acevedo Acosta Adams Adkins Aguilar Alexander Ali Allen Allison Alvarado Alvarez Andersen Anderson Andrews Armstrong
Arnold Ashley Atkins Austin Avila Ayala Bailey Baker Baldwin Ball Banks Barber Barker Barnes Barnett Barrett Barry Bartlett
Barton Bass Bates Bauer Beard Beck Becker Bell Bender Bennett Benson Berg Berry Bishop Black Blackwell Blair Blake
Blanchard Bolton Booth Bowen Bowers Boyd Bradford Bradley Bradshaw Brady Brennan Brewer Bridges Briggs Brooks Brown Bruce
Bryan Bryant Buchanan Buck Burgess Burke Burnett Burns Burton Bush Butler Byrd Cabrera Cain Calderon Caldwell Calhoun
Cameron Campbell Campos Cannon Cantrell Cardenas Carey Carlson Carpenter Carr Carroll Carter Casey Castillo Castro Chambers
Chan Chandler Chapman Charles Chavez Chen Christensen Church Clark Clarke Clay Clements Cline Cobb Cochran Cohen Cole
Coleman Collier Collins Conley Conner Contreras Cook Cooper Copeland Cortez Costa Cox Craig Crane Crawford Cross Cruz
Cummings Cunningham Curry Curtis Dalton Daniel Daniels Davenport David Davidson Davila Davis Dawson Day Dean Decker Delgado
Deleon Diaz Dickerson Dillon Dixon Dodson Dominguez Donovan Dorsey Dougherty Douglas Doyle Drake Dudley Duffy Duke Duncan
Dunlap Dunn Duran Dyer Eaton Edwards Elliott Ellis Ellison English Erickson Espinoza Estes Estrada Evans Everett Farley
Farmer Farrell Ferguson Fernandez Ferrell Fields Fisher Fitzgerald Fleming Fletcher Flores Flowers Floyd Flynn Foley Ford
Foster Fowler Fox Francis Franco Frank Franklin Frazier Freeman French Frey Fry Fuentes Fuller Gaines Gallagher Galloway
Garcia Gardner Garner Garrett Garrison Gates Gentry George Gibbs Gibson Gilbert Gill Gillespie Gilmore Glass Glenn Glover
Golden Gomez Gonzales Gonzalez Good Goodman Goodwin Gordon Graham Grant Graves Gray Green Greene Greer Gregory Griffin
Griffith Grimes Gross Guerrero Guerra Gutierrez Guzman Haas Hale Hall Hamilton Hammond Hampton Hancock Hanna Hansen Hanson
Hardin Hardy Harmon Harper Harrell Harris Harrison Hart Harvey Hayes Haynes Heath Henderson Henry Hensley Hernandez
Herrera Hickman Hicks Higgins Hill Hines Ho Hobbs Hodges Hoffman Hogan Holland Holmes Holt Hood Hoover Hopkins Horn Horton
House Houston Howard Howell Hubbard Huber Hudson Huff Huffman Hughes Hull Humphrey Hunt Hunter Hurst Hutchinson Ibarra
Ingram Jackson Jacobs Jacobson James Jenkins Jennings Jensen Jimenez Johns Johnson Johnston Jones Jordan Joseph Juarez
Kaufman Keith Keller Kelley Kelly Kemp Kennedy Kent Kerr Kim King Kirby Klein Knapp Knight Koch Kramer Krause Krueger
Lam Lamb Lambert Landry Lane Lang Lara Larsen Larson Lawrence Lawson Le Leach Leblanc Lee Lees Lewis Li Lin Lindsey Little
Liu Lloyd Logan Long Lopez Love Lowe Lozano Lucas Luna Lynch Lynn Lyons Macdonald Mack Maddox Mahoney Malone Mann Manning
Marks Marsh Marshall Martin Martinez Mason Massey Mathews Mathis Matthews May Mayer Maynard Mayo Mcbride Mccall Mccarthy
Mccarty Mcclain Mcclure Mcconnell Mccormick Mccoy Mccullough Mcdaniel Mcdonald Mcdowell Mcgee Mcgrath Mcguire Mcintyre
Mckay Mckenzie Mckinney Mcknight Mclaughlin Mclean Mcmahon Mcmillan Mcpherson Meadows Medina Mejia Melendez Melton Mendez
Mendoza Mercado Merritt Meyer Meyers Meza Michael Middleton Miles Miller Mills Miranda Mitchell Molina Monroe Montes
Montgomery Montoya Moody Moon Moore Mora Morales Moran Moreno Morgan Morris Morrison Morrow Morse Morton Moses Mosley Moss
Moyer Mueller Mullen Mullins Munoz Murphy Murray Myers Nash Navarro Nelson Newman Newton Nguyen Nichols Nicholson Nielsen
Nixon Noble Nolan Norman Norris Norton Nunez Obrien Ochoa Oconnell Oconnor Odom Odonnell Olsen Olson Oneal Ortega Ortiz
Osborne Owen Owens Pace Padilla Page Palmer Park Parker Parks Parrish Parsons Patel Patrick Patterson Patton Paul Payne
Pearson Peck Pena Perez Perkins Perry Peters Petersen Peterson Petty Phelps Phillips Pierce Pineda Pittman Pitts Pollard
Ponce Poole Pope Porter Potter Potts Powell Powers Pratt Price Prince Pruitt Quinn Ramirez Ramos Ramsey Randall Randolph
Rangel Rasmussen Ray Reed Reese Reeves Reid Reilly Reyes Reynolds Rhodes Rice Rich Richard Richards Richardson Riley Rios
Rivas Rivera Rivers Roach Robbins Roberson Roberts Robertson Robinson Robles Rocha Rodgers Rodriguez Rogers Rojas Roman
Romero Rosales Rosario Rose Ross Rowe Roy Rubio Ruiz Rush Russell Russo Ryan Salazar Salinas Sampson Sanchez Sanders
Sandoval Sanford Santana Santiago Santos Saunders Savage Sawyer Schaefer Schmidt Schmitt Schneider Schroeder Schultz
Schwartz Scott Sellers Serrano Sexton Shaffer Shah Shannon Sharp Shaw Shea Shelton Shepherd Sherman Shields Short Silva
Simmons Simon Simpson Sims Singh Singleton Skinner Sloan Small Smith Snow Snyder Solis Sosa Soto Sparks Spears Spence
Spencer Stafford Stanley Stanton Stark Steele Stein Stephens Stephenson Stevens Stevenson Stewart Stokes Stone Stout
Strickland Stuart Suarez Sullivan Summers Sutton Swanson Sweeney Tanner Tate Taylor Terrell Terry Thomas Thompson Thornton
Tran Travis Trevino Trujillo Tucker Turner Tyler Underwood Valdez Valencia Valentine Vance Vargas Vasquez Vaughan Vaughn
Vazquez Vega Velasquez Villanueva Villarreal Wade Wagner Walker Wall Wallace Walls Walsh Walter Walters Walton Wang Ward
Ware Warner Warren Washington Waters Watkins Watson Watts Weaver Webb Weber Webster Weeks Weiss Welch Wells West Wheeler
Whitaker White Whitehead Wiggins Wilcox Wiley Wilkerson Wilkins Wilkinson Williams Williamson Willis Wilson Wise Wolf
Wolfe Wong Wood Woodard Woods Woodward Wright Wu Wyatt Yang Yates York Young Yu Zamora Zavala Zhang Zimmerman`);
