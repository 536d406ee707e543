"""The words of the town worlds: facts with questions in other words, questions without an answer, and distraction.

"harbour" was looked at while recall was tuned; "valley" was only ever counted. They share no fact, noun or name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TownWords:
    """What a town is made of. signs, said: "content | question" a line; alike: (kind, content, how it is named)."""

    signs: str
    said: str
    unanswerable: str
    shops: tuple[str, ...]  # distracting signs; {noun} {name} {n} {hour}
    notices: tuple[str, ...]
    talk: tuple[str, ...]  # distracting sentences
    announcements: tuple[str, ...]  # one is repeated for an hour or so
    nouns: tuple[str, ...]
    names: tuple[str, ...]
    places: tuple[str, ...]
    tints: tuple[str, ...]  # background colours that come once
    walls: tuple[str, ...]  # background colours that come all the time
    usual_side: str  # from where people come in; a needle comes from the other side
    repeated_signs: tuple[str, ...]
    repeated_talk: tuple[tuple[str, str], ...]  # (sentence, how a question names it)
    markers: tuple[str, ...]


HARBOUR = TownWords(
    signs="""
Crew only beyond this point | Who was allowed to go past the barrier?
Live jazz every Friday night | On which evening does a band play?
Beware of the swans | Which animals should one be careful with?
Sauna closed until October | When will the steam bath open again?
Freshly baked pretzels | Which pastry straight from the oven could one get?
Divers below keep clear | Why should boats stay away?
Toy workshop for grandparents | Where can old people craft playthings?
HARD HATS MUST BE WORN | What did visitors have to put on their heads?
Keep dogs on a leash | What was the rule for pet owners?
Quiet please exam in progress | Why did one have to be silent?
Oysters half price on Monday | Which shellfish was cheaper?
Tattoo studio upstairs | Where can one get a picture on the skin?
Next guided tour at 14:30 | When does the following walk with a guide start?
Cash only no cards | How does one have to pay?
Missing cat answers to Pepper | What is the runaway kitten called?
Elevator out of order | What was wrong with the lift?
Blood donation on the first floor | Where could one give blood?
Unexploded mine do not touch | What dangerous thing from the war must not be handled?
Kayaks for hire | Which small boats could be rented?
Summer opera in the old shipyard | Where are the singers performing this season?
WASH YOUR HANDS | What hygiene advice was given?
Accordion for sale nearly new | Which used instrument was somebody selling?
Speed limit 20 | How fast may one drive?
Mushroom exhibition | What show about fungi was advertised?
""",
    said="""
the lifeboat has a leak near the engine | What is wrong with the rescue boat?
my sister is going to marry a dentist from Porto | Who is the sister's future husband?
the museum bought a painting by Turner | Whose picture did the gallery acquire?
we ran out of diesel halfway across | Why did the boat stop in the middle?
the spare fuse is taped under the driver's seat | Where can a replacement fuse be found?
the vet said the horse needs a week of rest | How long should the horse recover?
tomorrow's tide will be the highest of the year | What is special about the water level tomorrow?
the parcel is waiting at the chemist | Where can the package be collected?
he proposed to her on top of the Ferris wheel | Where did he ask her to become his wife?
the old cinema will become a climbing hall | What will the former movie theatre be turned into?
they found a Roman coin under the floorboards | What ancient object was discovered beneath the floor?
the wifi password is seven blue dolphins | How do I log in to the wireless network?
Grandpa lost two fingers in the sawmill | What happened to grandfather's hand?
the choir is short of tenors | Which voices does the singing group need?
the pharmacy moved next to the fire station | Where is the drugstore now?
the bees swarmed into the church tower | Where did the insects go?
she speaks Finnish with her children | In which language does she talk to her kids?
the cheese is made from the milk of goats | Which animal's milk is used for the cheese?
the ambulance took eleven minutes to arrive | How long did the emergency vehicle need?
our flight was diverted to Zurich | Where did the plane land instead?
the tenant in the attic plays drums at midnight | Who makes noise at night?
the statue was stolen by two students | Who took the sculpture?
you must boil the nettles before eating them | What has to be done with the plants before they are eaten?
the harvest was ruined by hail | What destroyed the crops?
the baker starts work at three in the morning | At what hour does the bread maker begin?
""",
    unanswerable="""
What did the sign about elephants say?
Who designed the space station?
What is the name of the plumber?
How much was the trumpet?
What did they say about the volcano?
Which mountain was climbed?
Did you see a crocodile?
Where was the wallet found?
What flavour of crisps was advertised?
Who was elected president?
What is the postcode of the office?
When does the ballet begin?
What did the poster about meditation say?
How high is the waterfall?
Which tennis player retired?
What was said about the vampire?
Where can I rent a tuxedo?
What did the accountant suggest?
Which car maker recalled its vehicles?
When was the background turquoise?
What are the ingredients of the pancake?
Who is allergic to peanuts?
Which bus goes to the airport?
What was the score of the hockey match?
Why was the school evacuated?
How many eggs did the turtle lay?
Where did the astronaut train?
What did the warning about sharks say?
What is the capital of Mongolia?
Who inherited the vineyard?
What was the poem about?
When did the king abdicate?
What disease does the giraffe have?
Which software needs an update?
Was there a unicorn?
What does the insurance cost per month?
How tall is the basketball player?
What was the weather forecast for Sunday?
Which actor plays the detective?
What is stored in the bunker?
""",
    shops=("{name}'s {noun} shop", "{noun} and {noun2}", "{noun} {n}", "The {noun} House", "{place} {n} km",
           "{name} & Co", "Quay {n}", "{noun} sale", "{place} Street"),
    notices=("Open {hour} to {hour2}", "{noun} {n} euros", "Row {n}", "Please ring for {noun}", "Slide {n}: the {noun}",
             "Ask {name} about the {noun}", "Line {n} to {place}"),
    talk=("{name} has put the {noun} in the {noun2}", "no I have never owned a {noun}",
          "well the {noun} is still broken",
          "have you met {name} from {place}", "it takes about {n} minutes to {place}",
          "I would like {n} of those please", "the {noun} belongs to {name}", "we should repaint the {noun} some day",
          "{name} laughed about the {noun}", "mind the {noun} over there", "that makes {n} euros together",
          "last week {name} was in {place}", "a {noun} is cheaper than a {noun2}"),
    announcements=("boat number {n} to {place} leaves in {minutes} minutes", "{name} please come to counter {n}",
                   "the café serves {noun} soup until {hour} o'clock", "the ticket machine takes coins only"),
    nouns=("anchor", "rope", "net", "barrel", "compass", "oilskin", "crate", "lantern", "wheelbarrow", "stove", "plank",
           "herring", "cabin", "buoy", "deckchair", "pulley", "thermos", "hook", "sail", "sponge", "bench", "varnish",
           "winch", "toolbox", "raincoat", "shutter", "jar"),
    names=("Astrid", "Bjorn", "Celia", "Dimitri", "Esther", "Fergus", "Gloria", "Hakan", "Ines", "Jorge"),
    places=("Varberg", "Altona", "Skagen", "Dover", "Brest", "Genoa", "Kiel"),
    tints=("purple", "orange"), walls=("grey", "white", "blue", "brown", "black"), usual_side="left",
    repeated_signs=("Ice cream kiosk", "Ferry terminal", "Lost property", "Bike workshop"),
    repeated_talk=(("the swing bridge is going up", "the swing bridge"),
                   ("the mail boat is coming in", "the mail boat"),
                   ("somebody rang the storm bell", "the storm bell"), ("the heron is back on the roof", "the heron")),
    markers=("Rope factory", "Whale museum", "Net loft", "Pilot house", "Customs shed", "Fish auction", "Slipway east",
             "Lamp room"),
)  # fmt: skip

VALLEY = TownWords(
    signs="""
Avalanche danger path closed | Why could hikers not use the trail?
Homemade blueberry jam | What spread made of berries was offered?
Chairlift stops at five | Until when can one ride up the slope?
No drones over the reserve | What may not be flown above the park?
Ski boots dried overnight | What footwear can be left to dry?
Book binding course this weekend | What craft could one learn on Saturday?
Free soup for pilgrims | What do walkers to the shrine get for nothing?
Beware of the bull | Which farm animal was dangerous?
Planetarium tickets sold out | Why could nobody see the star show any more?
HONEYMOON SUITE | Which hotel room is for newlyweds?
Poisonous berries do not eat | What fruit should not be tasted?
Wood carving by local artists | What handmade art was on display?
Please remove wet shoes | What should people take off at the door?
Night train to Budapest | To which city does the sleeper go?
Bridge closed for lorries | Which vehicles cannot cross the river?
Fire drill at eleven | When will they practise leaving the building?
Yoghurt from our own cows | Which dairy product came from the farm itself?
Chess club meets downstairs | Where do the board game players gather?
Wanted kitchen help | What job was offered?
Eye test without appointment | Where could one have the vision checked spontaneously?
Hang gliding school | Where can one learn to fly?
Cave tour bring a torch | What should be taken along into the grotto?
Quarry blasting at noon | At what time will rocks be blown up?
Deposit 50 cents per bottle | How much money comes back for an empty?
""",
    said="""
the shepherd found a lamb in the snowdrift | Where was the young sheep discovered?
my cousin is training to become a pilot | Which profession is the cousin learning?
the cable car stopped because of lightning | What brought the gondola to a halt?
the wedding has been put off until spring | When will they get married?
he keeps the will in a biscuit tin | Where are the papers about the inheritance?
the organ in the chapel has two thousand pipes | How many pipes does the church instrument have?
the sledge belongs to the innkeeper | Whose is the toboggan?
a bear broke into the campsite last night | Which animal visited the tents?
the watchmaker comes from Geneva | Where is the clock repairer from?
you should rub the wound with vinegar | What is good for the cut?
the tunnel will be finished in two years | When will the underground road be ready?
the choirboy fainted during the sermon | What happened to the young singer?
our neighbour breeds alpacas | Which animals does the man next door keep?
the cows come down from the pasture in September | In which month does the cattle return?
the hotel burned down in nineteen twelve | When was the fire?
the mushrooms gave everybody a stomach ache | Why did all of them feel sick?
the guide forgot the map in the bus | What did the tour leader leave behind?
she knitted the jumper for her grandson | Who is the sweater for?
the avalanche buried three parked cars | What was covered by the snow?
the combination of the safe is nine four one | Which numbers open the strongbox?
the village got electricity only in the sixties | Since when do they have power?
the teacher rides to school on a donkey | How does the schoolmaster travel to work?
the stream turned brown after the landslide | What happened to the colour of the water?
the priest hid the refugees in the bell tower | Who saved the people on the run?
the cherry cake contains a lot of rum | Which alcohol is in the dessert?
""",
    unanswerable="""
What did the sign about dolphins say?
Who built the submarine?
What is the electrician called?
How expensive was the violin?
What did they say about the hurricane?
Which desert was crossed?
Did you see a kangaroo?
Where was the passport found?
Which shampoo was advertised?
Who won the lottery?
What is the email address of the manager?
When does the rodeo take place?
What did the poster about boxing say?
How deep is the ocean?
Which swimmer broke the record?
What was said about the zombie?
Where can I hire a limousine?
What did the judge decide?
Which phone company raised its prices?
When was the background turquoise?
How is the lasagne seasoned?
Who suffers from insomnia?
Which ferry goes to the island?
What was the result of the rugby game?
Why was the factory shut?
How many puppies were born?
Where did the sailor drown?
What did the warning about jellyfish say?
What is the currency of Vietnam?
Who bought the castle?
What was the novel about?
When was the emperor crowned?
What operation did the goalkeeper have?
Which app needs a password?
Was there a dinosaur?
What is the rent of the flat?
How heavy is the boxer?
What was the temperature on Tuesday?
Which singer cancelled the tour?
What is hidden in the pyramid?
""",
    shops=("{noun} by {name}", "{name} {noun}s", "House {n}", "Hut of {name}", "To {place}", "{noun} depot",
           "Golden {noun}", "{place} {hour} h", "Bus {n} {place}"),
    notices=("{noun} number {n}", "Today {noun}", "{n} metres", "Table for {name}", "Page {n} {noun}",
             "{place} Hall {n}",
             "No {noun} here"),
    talk=("did {name} sweep the {noun}", "I bet {n} on the {noun}", "my {noun} squeaks",
          "in {place} they have a better {noun}",
          "give the {noun} to {name}", "{name} and {name2} are cousins of mine", "the {noun} weighs {n} kilos",
          "let's walk to {place}", "who left the {noun} beside the {noun2}", "around {hour} I will see {name}",
          "a pity about the {noun}", "there were {n} of us in {place}", "you can borrow my {noun}"),
    announcements=("the bus to {place} is {minutes} minutes late", "counter {n} is closing now",
                   "would the owner of the {noun} come to the desk", "smoking is not allowed in the hall"),
    nouns=("pitchfork", "cowbell", "hayloft", "bucket", "rucksack", "fiddle", "axe", "ladle", "saucepan", "quilt",
           "goblet",
           "gate", "trough", "spindle", "stump", "shed", "pail", "rake", "chisel", "armchair", "hatstand", "jug",
           "mitten",
           "gatepost", "tablecloth", "woodpile", "stirrup"),
    names=("Annika", "Benno", "Cosima", "Detlef", "Elfi", "Florin", "Gesa", "Hannes", "Ilse", "Jost"),
    places=("Davos", "Aosta", "Bled", "Zell", "Lech", "Trento", "Murren"),
    tints=("yellow", "red"), walls=("green", "white", "grey", "black", "brown"), usual_side="right",
    repeated_signs=("Tourist office", "Sledge rental", "Cheese cellar", "Mountain rescue"),
    repeated_talk=(("the cuckoo is calling", "the cuckoo"), ("the noon cannon was fired", "the noon cannon"),
                   ("a train went over the viaduct", "the viaduct"), ("the fountain is frozen again", "the fountain")),
    markers=("Pottery barn", "Glass works", "Herb garden", "Saw mill", "Thermal bath", "Wine cave", "Moss trail",
             "Stone oven"),
)  # fmt: skip

TOWNS = {"harbour": HARBOUR, "valley": VALLEY}
