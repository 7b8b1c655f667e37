/** Example requirements, one per use case, written the way people write them. */

export interface Example {
  /** Stable: it is part of links. */
  readonly id: string;
  readonly title: string;
  readonly useCase: string;
  readonly requirement: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    id: "churn",
    title: "Nightly churn scores",
    useCase: "Tabular scoring",
    requirement:
      "Score churn for 2 million telecom customers every night and hand the results to our CRM before 6 am. The data is about 80 GB in S3 and grows by 300 MB a day. We are three engineers who know Python but not Kubernetes. EU customers only, so everything must stay in Frankfurt and comply with GDPR. The budget is $1,500 a month.",
  },
  {
    id: "fraud",
    title: "Card fraud in real time",
    useCase: "Fraud detection",
    requirement:
      "Decide on card payments while the customer waits: p95 under 100 ms, 1,200 transactions per second on average and 5,000 at peak, 99.95% availability. Card data is involved, so PCI DSS applies. We run on AWS in us-east-1, retrain daily, and can spend up to $25k per month. The team has eight experienced ML engineers.",
  },
  {
    id: "sensors",
    title: "Anomalies in machine sensors",
    useCase: "Streaming anomaly",
    requirement:
      "Watch 4,000 machines in our plants, each sending ten sensor readings per second, and raise an alert within 5 seconds when something looks wrong. No labels exist yet. Keep 18 months of history. AWS, region Ireland, no Kafka to operate ourselves. About 6,000 euros per month.",
  },
  {
    id: "recommender",
    title: "Shop recommendations",
    useCase: "Recommender",
    requirement:
      "Recommend products on the home page and in the basket of an online shop with 3 million monthly visitors and 120,000 products. Answers within 150 ms at 400 requests per second, 2,000 per second on Black Friday. New products should show up within an hour. AWS London, GDPR, budget 9,000 GBP a month, a team of five with some experience.",
  },
  {
    id: "demand",
    title: "Demand forecast for stores",
    useCase: "Forecasting",
    requirement:
      "Forecast daily demand for 30,000 products in 450 supermarkets, 28 days ahead, every Sunday night. Planners need the result by Monday 5 am together with how certain it is. Five years of sales history, roughly 200 GB in Redshift. AWS Stockholm. Keep it under $2,500 a month; two data scientists will run it part time.",
  },
  {
    id: "inspection",
    title: "Defects on a production line",
    useCase: "Computer vision",
    requirement:
      "Find scratches and dents on metal parts from camera images: 12 cameras, 5 images per second each, a decision within 200 ms so that the part can be ejected. The factory's network goes down now and then, so it must keep working offline for a day. Training may happen in AWS Frankfurt. 60,000 labelled images exist. Budget $4,000 per month.",
  },
  {
    id: "claims",
    title: "Reading insurance claims",
    useCase: "Document processing",
    requirement:
      "Extract claimant, diagnosis codes and amounts from 25,000 scanned health insurance claims a day, and route unclear ones to a person. The documents hold health data of US patients: HIPAA applies and nothing may leave the US. Results within 15 minutes are fine. AWS, $12k a month, team of six.",
  },
  {
    id: "assistant",
    title: "Answers from internal documents",
    useCase: "Retrieval-augmented generation",
    requirement:
      "An assistant that answers employees' questions from 400,000 internal documents and cites its sources. 1,500 employees, about 20,000 questions a day, first words within 2 seconds. People must only see answers from documents they may read. Confidential data, SOC 2, AWS in Frankfurt, no data to model providers outside the EU. 8,000 euros per month.",
  },
  {
    id: "fine-tuning",
    title: "A tuned model for support replies",
    useCase: "Fine-tuning",
    requirement:
      "Fine-tune an open 7B language model on 90,000 answered support tickets every month, compare it with the previous one, and serve it to 60 agents who ask for about 5,000 draft replies a day. Replies should start within 3 seconds. Personal data must be masked before training. AWS us-west-2, no more than $5,000 per month.",
  },
  {
    id: "experiments",
    title: "One platform for many teams",
    useCase: "Experimentation platform",
    requirement:
      "A shared platform where 12 data science teams (70 people) track experiments, share features, register models and deploy them with review. Teams must not see each other's data. Single sign-on, audit trail, ISO 27001. AWS Zurich and Frankfurt, managed services wherever possible, about $30,000 a month in total.",
  },
];
